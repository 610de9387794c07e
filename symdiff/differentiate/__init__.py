"""Procedure -> derivative procedure."""
