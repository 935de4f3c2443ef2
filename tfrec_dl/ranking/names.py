"""Names of the predictions of a ranking model that are no labels."""

CLICK_AND_CONVERSION = "click_and_conversion"
CLICK_LOGIT = "click_logit"
