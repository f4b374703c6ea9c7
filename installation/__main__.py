"""`python -m installation` is the command line."""

from installation.cli import main

if __name__ == "__main__":
    main()
