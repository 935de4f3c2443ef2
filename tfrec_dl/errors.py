"""Error that mistakes of the caller raise."""


class InputError(ValueError):
    """The caller's mistake: bad data, an unknown name, a folder that is already in use.

    The message is one line that states the value received and what to do. The command line prints it and exits with
    code 2.
    """
