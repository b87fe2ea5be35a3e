// The slider and the number beside it follow each other. Everything else works without this file.
(() => {
  const read = (text) => Number(text.replace(/[\s\u00a0]/g, "").replace("\u2212", "-").replace(",", "."));
  const write = (value, step) => {
    const decimals = Math.min(Math.max(0, Math.ceil(-Math.log10(step) - 1e-9)), 3);
    return String(Number(value.toFixed(decimals))).replace(".", ",");
  };
  const numberOf = (slider) => document.getElementById(slider.dataset.for);
  const mark = (slider) => {
    const field = numberOf(slider);
    slider.closest(".lever").classList.toggle("moved", field.value.trim() !== field.dataset.base);
    slider.setAttribute("aria-valuetext", `${field.value} ${slider.closest(".lever").querySelector(".unit").textContent}`);
  };
  document.addEventListener("input", (event) => {
    const at = event.target;
    if (at.matches(".slider")) {
      const step = Number(at.dataset.step);
      numberOf(at).value = write(Math.round(Number(at.value) / step) * step, step);
      mark(at);
    } else if (at.matches(".number")) {
      const slider = at.parentElement.querySelector(".slider");
      const value = read(at.value);
      if (Number.isFinite(value)) slider.value = value;
      mark(slider);
    }
  });
  // What was changed before this was loaded, or kept by the browser when the page was loaded again, is asked too.
  const isChanged = (at) =>
    at.matches("select")
      ? [...at.options].some((option) => option.selected !== option.defaultSelected && (option.selected || option.value))
      : at.name && at.type !== "hidden" && (at.type === "checkbox" ? at.checked !== at.defaultChecked : at.value !== at.defaultValue);
  window.addEventListener("load", () => {
    // htmx begins in a timer of its own, which may be later than the page's load on a busy machine.
    htmx.process(document.body);
    const form = document.getElementById("fraga");
    const changed = form && [...form.elements].find((at) => at.matches("input, select") && isChanged(at));
    if (changed) changed.dispatchEvent(new Event("change", { bubbles: true }));
  });
  document.addEventListener("keydown", (event) => {
    const at = event.target;
    const steps = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[event.key];
    if (!at.matches(".slider") || !steps) return;
    event.preventDefault();
    const step = Number(at.dataset.step);
    at.value = Math.round(Number(at.value) / step) * step + steps * step;
    at.dispatchEvent(new Event("input", { bubbles: true }));
    at.dispatchEvent(new Event("change", { bubbles: true }));
  });
})();
