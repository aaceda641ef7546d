"""The labelled sentences, the training of the classifier, and how well the dialogue understands what customers write."""
