"""Names of a ranking model's predictions that are not labels."""

CLICK_AND_CONVERSION = "click_and_conversion"
CLICK_LOGIT = "click_logit"
