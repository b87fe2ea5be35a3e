"""`python -m sim` is the command `hemmaplan`."""

from typing import NoReturn

from sim.process import as_process


def main() -> NoReturn:
    as_process(_command)


def _command() -> int:
    from sim import cli

    return cli.main()


if __name__ == "__main__":
    main()
