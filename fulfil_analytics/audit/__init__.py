"""The audit: from files to findings, and the folder that holds them."""
