"""`make train`: writes state/understanding/classifier.weights from the sentences of said/train.

It does not read the weights that are there: they may belong to other acts or features than those of the code.
"""

import argparse

from bench.understanding.learning_report import print_report
from bench.understanding.sentences import SAID, read_folder
from bench.understanding.training import train
from state.understanding.weights import FILE, dump


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.understanding.train", description=__doc__)
    parser.add_argument("--report", action="store_true", help="say how well it learns, and write nothing")
    report = parser.parse_args().report
    sentences = read_folder(SAID / "train")
    if report:
        print_report(sentences, read_folder(SAID / "held"))
        return
    FILE.write_bytes(dump(train(sentences)))
    voices = len({sentence.voice for sentence in sentences})
    print(f"Trained on {len(sentences)} sentences of {voices} voices; {FILE.name} is written.")


if __name__ == "__main__":
    main()
