"""What Stripe's API takes: form-encoded requests with nested brackets, checked against what a call
knows. `decode` gives nested dicts and lists of text; a spec (name -> kind) turns them into values."""
import re
import urllib.parse

from problems import StripeError

KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
METADATA_KEYS_MAX, METADATA_KEY_MAX, METADATA_VALUE_MAX = 50, 40, 500


def decode(text):
    """'a[b][0]=1&a[b][1]=2' -> {'a': {'b': ['1', '2']}}"""
    tree = {}
    for key, value in urllib.parse.parse_qsl(text, keep_blank_values=True):
        match = KEY.fullmatch(key)
        if not match:
            raise StripeError.invalid(f"Invalid parameter name: {key}", key)
        steps = [match[1]] + re.findall(r"\[([^\[\]]*)\]", match[2])
        at = tree
        for step, following in zip(steps, steps[1:]):
            at = at.setdefault(step or str(len(at)), {})
            if not isinstance(at, dict):
                raise StripeError.invalid(f"Invalid parameter: {key}", key)
        at[steps[-1] or str(len(at))] = value
    return listed(tree)


def listed(tree):
    """Dicts whose keys are 0, 1, 2 ... become lists."""
    if not isinstance(tree, dict):
        return tree
    values = {key: listed(value) for key, value in tree.items()}
    if values and sorted(values) == sorted(str(number) for number in range(len(values))):
        return [values[str(number)] for number in range(len(values))]
    return values


def checked(params, spec, path=""):
    """The values of the parameters; unknown, missing and malformed ones are refused as Stripe does."""
    if not isinstance(params, dict):
        raise StripeError.invalid("Invalid object", path)
    for name in params:
        if name not in spec:
            where = f"{path}[{name}]" if path else name
            raise StripeError.invalid(f"Received unknown parameter: {where}", where, "parameter_unknown")
    values = {}
    for name, kind in spec.items():
        where = f"{path}[{name}]" if path else name
        needed = isinstance(kind, Needed)
        if name not in params or params[name] == "":
            if needed:
                raise StripeError.invalid(f"Missing required param: {where}.", where, "parameter_missing")
            continue
        values[name] = (kind.kind if needed else kind)(params[name], where)
    return values


class Needed:
    def __init__(self, kind):
        self.kind = kind


def text(value, where):
    if not isinstance(value, str):
        raise StripeError.invalid(f"Invalid string: {value}", where)
    if len(value) > 5000:
        raise StripeError.invalid(f"Invalid string: {where} is too long", where)
    return value


def integer(value, where):
    if not isinstance(value, str) or not re.fullmatch(r"-?[0-9]{1,18}", value):
        raise StripeError.invalid(f"Invalid integer: {value}", where, "parameter_invalid_integer")
    return int(value)


def boolean(value, where):
    if value not in ("true", "false"):
        raise StripeError.invalid(f"Invalid boolean: {value}", where)
    return value == "true"


def url(value, where):
    if not re.match(r"https?://[^/\s]+", text(value, where)):
        raise StripeError.invalid("Not a valid URL", where, "url_invalid")
    return value


def currency(value, where):
    if not re.fullmatch(r"[a-zA-Z]{3}", text(value, where)):
        raise StripeError.invalid(f"Invalid currency: {value}", where)
    return value.lower()


def choice(*words):
    def kind(value, where):
        if value not in words:
            raise StripeError.invalid(f"Invalid {where}: must be one of {', '.join(words)}", where)
        return value
    return kind


def metadata(value, where):
    if not isinstance(value, dict):
        raise StripeError.invalid("Invalid object", where)
    if len(value) > METADATA_KEYS_MAX:
        raise StripeError.invalid("Metadata can have up to 50 keys", where)
    for key, item in value.items():
        if len(key) > METADATA_KEY_MAX or len(text(item, where)) > METADATA_VALUE_MAX:
            raise StripeError.invalid("Metadata keys can have 40, values 500 characters", where)
    return dict(value)


def table(spec):
    return lambda value, where: checked(value, spec, where)


def texts(value, where):
    if not isinstance(value, list):
        raise StripeError.invalid("Invalid array", where)
    return [text(item, where) for item in value]


def tables(spec):
    def kind(value, where):
        if not isinstance(value, list):
            raise StripeError.invalid("Invalid array", where)
        return [checked(item, spec, f"{where}[{number}]") for number, item in enumerate(value)]
    return kind


def moment(value, where):
    """created=..., or created[gte]=... and the like."""
    if isinstance(value, dict):
        return checked(value, {word: integer for word in ("gt", "gte", "lt", "lte")}, where)
    return {"gte": integer(value, where), "lte": integer(value, where)}
