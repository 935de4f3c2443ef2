"""Names of the signatures that Python calls; the modules that offer them and the classes that call them agree on these.

A signature that only clients of TF Serving call needs no name here.
"""

RECOMMENDATION_ID = "recommendation_id"  # an output of every signature that gives a list of the export's choice
SERVING_DEFAULT = "serving_default"  # TensorFlow's own: what a request without a name means
RECOMMEND_EXCLUDING = "recommend_excluding"
SIMILAR_ITEMS = "similar_items"
SIMILAR_ITEMS_WITH_RULES = "similar_items_with_rules"
EXPLAIN = "explain"
DESCRIBE_ITEMS = "describe_items"
EMBED_ITEMS = "embed_items"
EMBED_ITEM_FEATURES = "embed_item_features"
RECOMMEND_FROM_VECTORS = "recommend_from_vectors"
RECOMMEND_WITH_RULES = "recommend_with_rules"
RECOMMEND_RANKED_WITH_RULES = "recommend_ranked_with_rules"
RECOMMEND_FOR_USERS = "recommend_for_users"
RANK = "rank"
RECOMMEND_RANKED = "recommend_ranked"
RATINGS = "ratings"  # the output of an export that predicts ratings
