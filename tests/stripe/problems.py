"""Errors in Stripe's form: {"error": {"type", "code", "message", "param", ...}} under an HTTP status."""


class StripeError(Exception):
    def __init__(self, status, kind, message, headers=(), **more):
        super().__init__(message)
        self.status = status
        self.headers = dict(headers)
        self.body = {"error": {"type": kind, "message": message,
                               **{key: value for key, value in more.items() if value is not None}}}

    @classmethod
    def invalid(cls, message, param=None, code=None):
        """What the caller must change; nothing began, so no key remembers it."""
        return cls(400, "invalid_request_error", message, param=param, code=code)

    @classmethod
    def missing(cls, kind, name, param="id"):
        return cls(404, "invalid_request_error", f"No such {kind}: '{name}'", param=param,
                   code="resource_missing")

    @classmethod
    def card(cls, message, code, decline_code=None, **more):
        return cls(402, "card_error", message, code=code, decline_code=decline_code, **more)
