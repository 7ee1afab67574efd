"""Try everybody on everybody's payments, from every session and at every state: is nobody their own second person?

python -m tests.benchmarks.maker_checker
"""

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests import shared_statements
from tests.armed import arm
from tests.properties.approval_model import Model, acts
from tests.world import found_template, lived, opened


def main() -> int:
    """Return the exit code: 1 where the library said anything but the model, or somebody approved their own."""
    shared_statements.remember()
    began = time.process_time()
    with TemporaryDirectory() as place:
        folders = [Path(place) / name for name in ("founded", "armed", "tried")]
        urls = [f"sqlite:///{folder}.sqlite" for folder in folders]
        for folder in folders[1:]:
            folder.mkdir()
        template = lived(found_template(folders[0], urls[0]), folders[1], urls[1], arm)
        with opened(template, folders[2], urls[2]) as world:
            model = Model(world=world)
            model.set_up()
            unlike = model.judge(acts(whole=True))
            own, everything = model.self_approvals()
            world.prove()
    for said, count in sorted(model.said.items()):
        print(f"{count:>7,} {said}")
    for line in unlike[:20]:
        print(f"WRONG: {line}")
    spent_s = time.process_time() - began
    print(f"{model.said.total():,} acts, {len(unlike)} otherwise than the rules say; {spent_s:,.0f} s of the processor")
    print(f"{everything:,} approvals by a second person, {own} of them of their own payment")
    return int(bool(unlike) or bool(own))


if __name__ == "__main__":
    sys.exit(main())
