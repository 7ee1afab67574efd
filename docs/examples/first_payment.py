from pathlib import Path
from tempfile import mkdtemp

import tokenpay as tp
from tokenpay.testing import FakeChain, FakeClock

chain, clock, folder = FakeChain(), FakeClock(), Path(mkdtemp())  # a chain in memory: nothing to install or start
ports = {chain.chain_id: chain}
token = tp.Asset.token(chain.chain_id, tp.Address(b"\x01" * 20), symbol="DEUR", decimals=6)
chain.add_token(token.contract)

role, password = tp.Role.SUPERVISOR, "at-the-desk"
founders = [tp.Founder(id=name, name=name.title(), password=password, role=role) for name in ("vera", "otto")]
policy = tp.Policy(list_max_age_s=86_400)  # what a policy does not name is not allowed
chains = [tp.ChainSettings(chain_id=chain.chain_id, name="in memory", confirmations=2)]
tp.found_bank(folder, name="My Bank", founders=founders, policy=policy, chains=chains, chain_ports=ports, clock=clock)

with tp.open_bank(folder, chain_ports=ports, clock=clock) as bank:
    vera = tp.open_session(bank, operator_id="vera", password=password, terminal="counter-1")
    tp.register_asset(bank, token, by=vera)
    tp.load_deny_list(bank, name="own", text="# nobody yet\n", dated_s=clock.now_s(), by=vera)
    anna = tp.enrol_customer(bank, name="Anna Berger", by=vera, key="enrol-1")
    amount = tp.Amount.parse("25.00", token)
    request = tp.issue_request(bank, payee=anna.id, asset=token, amount=amount, by=vera, key="request-1")

    chain.deposit(token.contract, request.deposit_address, amount.units)  # somebody scans the QR code and pays
    chain.mine(3)
    tp.run_once(bank, by=tp.engine_session(bank))
    print(tp.get_request(bank, request.id, by=vera).state, *tp.balances(bank, anna.id, by=vera))
    print("the books equal the chain:", tp.reconcile(bank, by=vera).holds)
