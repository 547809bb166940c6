"""The commands that make the network of the check of written answers.

What a command needs is imported when it runs: this file is loaded with every ``pincite``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, cast

import typer

from pincite.corpus.counts import counted
from pincite.eval.commands.training import (
    Checkpoint,
    Frozen,
    Rate,
    Seed,
    trainable_embedder,
    weights_of,
)
from pincite.eval.console import Overrides, output, progress_shown, require_writable

_Out = Annotated[
    Path | None,
    typer.Option(help="The folder of the network (default: the one that Pincite reads)."),
]


def teach_entailment(
    claims_files: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Files of answers with sentences that hold and others (default: the packaged "
            "contrasts)."
        ),
    ] = None,
    out: _Out = None,
    checkpoint: Checkpoint = None,
    start: Annotated[
        Path | None,
        typer.Option(
            help="Start from the weights of an earlier training: its checkpoint, or its network "
            "(.onnx; default: the packaged cross-encoder)."
        ),
    ] = None,
    passes: Annotated[
        int | None, typer.Option(min=1, help="How often each sentence is seen.")
    ] = None,
    rate: Rate = None,
    frozen: Frozen = None,
    seed: Seed = None,
    config: Overrides = None,
) -> None:
    """Train the network of the check of written answers, and fit its thresholds."""
    from pincite.eval.fit.entailment_card import about
    from pincite.eval.fit.export import export, require_exporter
    from pincite.eval.fit.statements import contrasts, statements
    from pincite.eval.fit.teach_entailment import EntailmentRecipe
    from pincite.eval.fit.teach_entailment import teach_entailment as taught
    from pincite.retrieval.cross_encoder import packaged as cross_encoder
    from pincite.retrieval.cross_encoder.tokens import PairTokenizer
    from pincite.retrieval.writing.entailment import LONGEST, OBJECTIONS, SENTENCE, network_files

    files = network_files(out)
    require_writable(files.network, checkpoint)
    require_exporter()
    embedder = trainable_embedder(config)
    wanted = {"passes": passes, "rate": rate, "frozen": frozen, "seed": seed}
    given: dict[str, Any] = {name: value for name, value in wanted.items() if value is not None}
    recipe = EntailmentRecipe(**given)
    begun = start or cross_encoder.network_files().network
    longest = min(LONGEST, int(cast(Any, embedder.network).config.max_position_embeddings))
    taught_on = statements(claims_files or contrasts())
    with progress_shown() as progress:
        pupil = taught(
            taught_on,
            embedder.network,
            PairTokenizer(embedder.folder / "tokenizer.json", longest, SENTENCE),
            recipe,
            start=weights_of(begun),
            checkpoint=checkpoint,
            progress=progress,
        )
    said = about(taught_on, recipe, begun)
    export(pupil, files, embedder.network_id, longest, said, dict.fromkeys(OBJECTIONS, 0.0))
    output().print(f"{counted(len(taught_on), 'sentence')} learned; written to {files.home}")
    fit_entailment(out, config)


def fit_entailment(
    out: _Out = None,
    config: Overrides = None,
) -> None:
    """Fit the thresholds of the check's network, on claims that it was not taught."""
    from pincite.eval.fit.entailment_card import held_back, with_thresholds
    from pincite.eval.fit.thresholds import figures, log_odds, thresholds
    from pincite.retrieval.writing.entailment import PackagedEntailment, network_files

    tokenizer = trainable_embedder(config).folder / "tokenizer.json"
    decided = log_odds(held_back(), PackagedEntailment(tokenizer, out))
    found, reached = thresholds(decided), figures(decided)
    with_thresholds(network_files(out), found, reached)
    output().print_json(data={"thresholds": found, "held_back": reached})
