"""``python -m civic`` is the command line ``civic``."""

from civic.cli import main

if __name__ == "__main__":
    main()
