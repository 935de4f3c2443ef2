"""Names of signatures that Python calls, shared by the modules that define them and the classes that call them.

Signatures that only TF Serving clients call need no name here.
"""

RECOMMENDATION_ID = "recommendation_id"  # output of every signature that returns a list chosen by the export
SERVING_DEFAULT = "serving_default"  # TensorFlow's default, for requests without a signature name
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
RATINGS = "ratings"  # output of an export that predicts ratings
