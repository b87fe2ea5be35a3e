"""The one place that knows Numba: decorators that compile plain functions of scalars and float64 arrays, and what the
machine can do that Numba has no word for."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal, TypeVar

import numba
import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]
from numba.core import cgutils
from numba.core.caching import FunctionCache
from numba.extending import intrinsic, overload
from numba.np.numpy_support import carray
from numpy.typing import NDArray

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T", bound=np.generic)


def _kernel_sources() -> str:
    """Digest of every file of the package that defines kernels."""
    digest = hashlib.blake2b(digest_size=16)
    with suppress(OSError):
        for path in sorted(Path(__file__).parent.rglob("*.py")):
            text = path.read_bytes()
            if b"kernel" in text:
                digest.update(path.name.encode() + text)
    return digest.hexdigest()


_SOURCES = _kernel_sources()


class _PackageCache(FunctionCache):
    """Numba's file cache, made safe.

    Numba notices changes in a kernel's own file only: a kernel that calls one in another file would go on
    running the old code. And it lets a full disk or a broken cache file stop a run.
    """

    def _index_key(self, sig: Any, codegen: Any) -> Any:
        return super()._index_key(sig, codegen), _SOURCES  # type: ignore[no-untyped-call]

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        try:
            return super().load_overload(sig, target_context)  # type: ignore[no-untyped-call]
        except Exception:  # a broken entry can raise anything, and compiling is always possible
            with suppress(OSError):
                self.flush()  # type: ignore[no-untyped-call]
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        with suppress(OSError):
            super().save_overload(sig, data)  # type: ignore[no-untyped-call]


def _compiled(function: Callable[..., Any], inline: Literal["never", "always"] = "never", spliced: bool = False) -> Any:
    # No fastmath, ever: reordered arithmetic would make the two engines differ in the last bit.
    dispatcher: Any = numba.njit(error_model="numpy", inline=inline, forceinline=spliced)(function)
    # RuntimeError: no folder can hold the cache. Without JIT (NUMBA_DISABLE_JIT) there is nothing to cache.
    with suppress(RuntimeError, OSError):
        if dispatcher is not function:
            dispatcher._cache = _PackageCache(function)  # type: ignore[no-untyped-call]
    return dispatcher


def kernel(function: F) -> F:
    """Compile at the first call, for the types of its arguments; callable from Python and other kernels."""
    compiled: F = _compiled(function)
    return compiled


def inlined(function: F) -> F:
    """As `kernel`, but made part of the kernels that call it before they are compiled, which spares the call and the
    time to compile it for types of its own: for what has one caller or two."""
    compiled: F = _compiled(function, inline="always")
    return compiled


def spliced(function: F) -> F:
    """As `kernel`, but once compiled its code is put into that of every kernel that calls it, which spares the call:
    for what is done for every stay."""
    compiled: F = _compiled(function, spliced=True)
    return compiled


def is_python(compiled: Any) -> bool:
    """Whether a kernel is left as Python (NUMBA_DISABLE_JIT); those that find memory by its address cannot run then."""
    return not hasattr(compiled, "signatures")


def is_kept(compiled: Any) -> bool:
    """Whether the machine code can be saved, so that other processes and later runs need not compile."""
    return is_python(compiled) or isinstance(getattr(compiled, "_cache", None), _PackageCache)


def is_cached(compiled: Any) -> bool:
    """Whether a kernel can be loaded instead of compiled (or needs neither)."""
    cache = getattr(compiled, "_cache", None)
    if not isinstance(cache, _PackageCache):
        return is_python(compiled) or bool(compiled.signatures)
    with suppress(Exception):  # a broken or foreign index is no index
        index: Any = cache._cache_file._load_index()  # type: ignore[no-untyped-call]
        return any(key[1] == _SOURCES for key in index)
    return False


def typed_kernel(signature: str, spliced: bool = False) -> Callable[[F], F]:
    """As `kernel`, but compiled now and for one Numba signature, to whose types arguments are converted.

    `spliced`: once compiled, its code is put into that of every kernel that calls it.
    """

    def decorate(function: F) -> F:
        compiled: Any = _compiled(function, spliced=spliced)
        if compiled is not function:
            compiled.compile(signature)
            compiled.disable_compile()
        typed: F = compiled
        return typed

    return decorate


def _as_pointer(typing_context: Any, address: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], cgutils.voidptr_t)

    return numba.types.voidptr(numba.types.int64), code


_pointer: Any = intrinsic(_as_pointer)
"""An int64 as the pointer that it is."""


def product_words(a: Any, b: Any) -> tuple[Any, Any]:
    """Upper and lower 64 bits of the product of two uint64: one instruction, which Numba has no word for."""
    product = int(a) * int(b)
    return np.uint64(product >> 64), np.uint64(product & 0xFFFFFFFFFFFFFFFF)


def _as_product_words(typing_context: Any, a: Any, b: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        narrow = arguments[0].type
        wide = type(narrow)(128)
        product = builder.mul(*(builder.zext(argument, wide) for argument in arguments))
        words = builder.trunc(builder.lshr(product, wide(64)), narrow), builder.trunc(product, narrow)
        return context.make_tuple(builder, signature.return_type, words)

    word, pair = numba.types.uint64, numba.types.UniTuple
    return pair(word, 2)(word, word), code  # type: ignore[no-untyped-call]


_product_words: Any = intrinsic(_as_product_words)


def _typed_product_words(a: Any, b: Any) -> Any:
    def compiled(a: Any, b: Any) -> Any:
        return _product_words(a, b)

    return compiled


overload(product_words)(_typed_product_words)


def fetch_ahead(address: int) -> None:
    """Tell the processor that the memory there is soon read, so that it need not be waited for. Changes nothing."""


def _as_fetch_ahead(typing_context: Any, address: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        number, pointer = cgutils.int32_t, cgutils.voidptr_t
        kind = ir.FunctionType(ir.VoidType(), [pointer, number, number, number])
        fetch = builder.module.declare_intrinsic("llvm.prefetch", (pointer,), kind)
        to_read, to_keep, data = number(0), number(3), number(1)
        builder.call(fetch, [builder.inttoptr(arguments[0], pointer), to_read, to_keep, data])
        return context.get_dummy_value()

    return numba.types.none(numba.types.int64), code


_fetch_ahead: Any = intrinsic(_as_fetch_ahead)


def _typed_fetch_ahead(address: Any) -> Any:
    def compiled(address: Any) -> Any:
        _fetch_ahead(address)

    return compiled


overload(fetch_ahead)(_typed_fetch_ahead)


@kernel
def record_at(address: int, number: int, dtype: np.dtype[Any]) -> Any:
    """One record of such an array, which must be there: a number below 0 does not count from the end."""
    return array_at(address, 2**31, dtype)[np.uint64(number)]


@kernel
def array_at(address: int, shape: Any, dtype: type[T] | np.dtype[T]) -> NDArray[T]:
    """An array over memory that somebody else keeps, in C order: no reference is counted. Compiled code only."""
    array: NDArray[T] = carray(_pointer(address), shape, dtype)
    return array
