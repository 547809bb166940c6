"""x"""


def evaluate_page(e):
    pass
