"""The one exception for what a user can cause; its text names the place and the way out."""


class UserError(Exception):
    """Something the user can mend; stages and commands print it as one line and exit with 1."""
