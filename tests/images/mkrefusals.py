# SPDX-License-Identifier: ISC
"""Builds the refusal corpus: see mkrefusals.sh."""
import sys

import cases_json
import cases_tar
import cases_trust
import corpus

assert corpus.CASES and all((cases_trust, cases_json, cases_tar))
corpus.make_all(sys.argv[1], sys.argv[2])
