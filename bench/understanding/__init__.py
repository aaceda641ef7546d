"""How well the dialogue understands what customers write: labelled sentences, judged by what the desk does with them."""
