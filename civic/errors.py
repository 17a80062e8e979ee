"""Errors written for the person who can act on them."""


class CivicError(Exception):
    """Something a person can put right; the command line prints it as one line, exit code 2.

    ``remedy`` names the next thing to do or the command to run. ``zh`` and ``remedy_zh`` say the
    same in Chinese, wherever a unit's clerk may read it.
    """

    def __init__(
        self, message: str, remedy: str = "", *, zh: str = "", remedy_zh: str = ""
    ) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.zh = zh
        self.remedy_zh = remedy_zh

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class DataAtFaultError(CivicError):
    """The command did its work, and the data did not pass; exit code 1."""
