"""Refusing a distrusted key leaves nothing behind, and does not depend on memory."""
from __future__ import absolute_import, division, print_function

import ssl

from growth import growth_of
from loopback import client_context, server_context
from pairs import Pair
from test_failing_allocations import needs_libcrypto, refuse_while_memory_fails


def test_distrusted_chains_leave_nothing_behind(certs):
    client, server = client_context(certs), server_context(certs, "distrusted-ca-chain")

    def refuse():
        try:
            Pair(client, server).shake_hands()
        except ssl.SSLCertVerificationError:
            return
        raise AssertionError("the chain was taken")

    assert growth_of(refuse) == {}


@needs_libcrypto
def test_no_failed_allocation_lets_a_distrusted_key_in(certs):
    refused = refuse_while_memory_fails(certs, ["distrusted-ca-chain.pem"])
    assert len(refused) == 2 and min(refused) >= 40
