"""Python function -> procedure."""
