"""Start the `qa` command: an interrupt while it is being loaded shows no traceback."""

import sys


def main() -> None:
    """Load the command line, and run it."""
    try:
        from qa import cli

        cli.main()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
