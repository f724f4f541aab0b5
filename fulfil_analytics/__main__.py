"""``python -m fulfil_analytics`` does what ``fulfil`` does."""

from fulfil_analytics.cli.main import run

if __name__ == "__main__":
    run()
