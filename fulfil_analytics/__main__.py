"""``python -m fulfil_analytics`` does what ``fulfil`` does."""

from fulfil_analytics.cli.main import leave

if __name__ == "__main__":
    leave()
