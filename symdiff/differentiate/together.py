"""What can't be done along many directions at once."""


class NotTogether(Exception):
    """The directions of a procedure can't be taken together: they are taken one by one."""
