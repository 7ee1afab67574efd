"""What happens at the bank while somebody sits at the terminal: the engine, the chain, payers, and other people."""

from collections.abc import Callable
from random import Random

import tokenpay as tp
from tests.app.soak.bank import SoakBank
from tokenpay.testing import OUTSIDER
from tokenpay.testing.branch import CONTRACT, TOKEN, euro

TURN_S = 12


class World:
    """One act at a time, drawn from a seed of its own."""

    def __init__(self, home: SoakBank, seed: int) -> None:
        self.home = home
        self.random = Random(f"{seed}/world")
        self.acts = 0
        self._acts: list[tuple[int, Callable[[], None]]] = [
            (12, self._somebody_pays),
            (8, self._engine_turns),
            (2, self._somebody_decides),
            (3, self._time_passes),
            (1, self._somebody_asks),
            (2, self._somebody_pays_here),
            (2, self._somebody_pays_much),
            (1, self._chain_changes_its_mind),
        ]

    def act(self) -> None:
        """Let one thing happen. What the bank refuses others is their business."""
        self.acts += 1
        (act,) = self.random.choices([act for _, act in self._acts], [weight for weight, _ in self._acts])
        try:
            act()
        except tp.TokenpayError as error:
            if isinstance(error, tp.IntegrityError):
                raise

    def settle(self) -> None:
        """Let what is under way come to its end."""
        self.home.chain.unreachable = False
        for _ in range(3):
            self._engine_turns()

    def _mine(self, blocks: int) -> None:
        for _ in range(blocks):
            self.home.clock.advance(TURN_S)
            self.home.chain.mine(timestamp_s=self.home.clock.now_s())

    def _engine_turns(self) -> None:
        tp.run_once(self.home.bank, by=self.home.engine)
        self._mine(3)
        tp.run_once(self.home.bank, by=self.home.engine)

    def _open_requests(self) -> list[tp.IssuedRequest]:
        states = (tp.RequestState.OPEN, tp.RequestState.PART_PAID)
        return tp.find_requests(self.home.bank, by=self.home.otto, states=states, limit=20)

    def _somebody_pays(self) -> None:
        """A payer from outside pays an open request: mostly as asked, or a part, or too much; in a block at once."""
        found = [issued.request for issued in self._open_requests() if issued.request.deposit_address is not None]
        if not found:
            return
        request = self.random.choice(found[:3])
        asked = (request.amount or euro("17.5")).units
        units = self.random.choices((asked, max(1, asked // 2), asked + 1), (8, 1, 1))[0]
        if request.deposit_address is not None:
            self.home.chain.deposit(CONTRACT, request.deposit_address, units, sender=OUTSIDER)
        self._mine(1)
        if self.random.random() < 0.7:
            self._engine_turns()

    def _somebody_pays_here(self) -> None:
        """A customer of the bank pays an open request at another counter."""
        found = self._open_requests()
        if not found:
            return
        request = self.random.choice(found).request
        debtor = self.random.choice(self.home.customers)
        tp.pay(
            self.home.bank,
            debtor=f"customer/{debtor.id}",
            creditor=request.payee,
            amount=request.amount or euro("3"),
            by=self.home.teller,
            key=f"elsewhere/{self.acts}",
            request_id=request.id,
        )

    def _somebody_pays_much(self) -> None:
        """A teller elsewhere pays out what one person may not decide alone: it waits for a second one."""
        tp.pay(
            self.home.bank,
            debtor=f"customer/{self.home.customers[0].id}",
            creditor=OUTSIDER.caip10(self.home.chain.chain_id),
            amount=euro(str(self.random.randint(1_001, 1_400))),
            by=self.home.teller,
            key=f"much/{self.acts}",
        )

    def begin(self) -> None:
        """Let there be requests to pay, and a payment to decide, before anybody comes."""
        for act in (*[self._somebody_asks] * 3, self._somebody_pays_much):
            self.acts += 1
            act()

    def _somebody_asks(self) -> None:
        payee = self.random.choice(self.home.customers)
        amount = euro(str(self.random.randint(1, 90)))
        tp.issue_request(
            self.home.bank, payee=payee.id, asset=TOKEN, amount=amount, by=self.home.teller, key=f"asks/{self.acts}"
        )

    def _somebody_decides(self) -> None:
        """A second person decides what waits, mostly for it."""
        held = tp.find_payments(self.home.bank, by=self.home.otto, states=[tp.PaymentState.HELD], limit=20)
        if not held:
            return
        payment = self.random.choice(held)
        if self.random.random() < 0.8:
            tp.approve(self.home.bank, payment.id, by=self.home.otto)
        else:
            tp.refuse(self.home.bank, payment.id, by=self.home.otto, reason="not like this")

    def _time_passes(self) -> None:
        self.home.clock.advance(self.random.choices((20, 120, 1_000, 4 * 3_600), (20, 8, 2, 1))[0])

    def _chain_changes_its_mind(self) -> None:
        """A block is replaced, or the node is away until the next time."""
        chain = self.home.chain
        if self.random.random() < 0.5:
            chain.unreachable = not chain.unreachable
        elif not chain.unreachable:
            chain.reorg(1, keep_deposits=True)
