"""The day-30 refund for drawn patients in NumPy alone: what a modeller would write by hand for this one contract.

    python -m benchmarks.what_if_kernel PATIENTS DRAWS

Draws what the scenario `benchmarks/what_if.yaml` draws (index date, age, diagnosis, remission by a chance that is
uncertain), pays 649,000.00 on the index date to those who are eligible, takes it back on day 60 without remission, and
gives what the engine gives: of each draw the payments and refunds by month, patients, responders, the net present
value, patients whose outcome is open by month of age, and the statistics over the draws.
"""

import sys
from datetime import date, timedelta

import numpy as np

PRICE = 64_900_000
FIRST, DAYS, MONTHS, YEARLY = date(2018, 1, 1), 365, 25, 1.03


def main(patients: int, draws: int, seed: int = 7) -> None:
    days = [FIRST + timedelta(days=k) for k in range(DAYS)]
    paid_in = np.array([12 * d.year + d.month - 12 * FIRST.year - 1 for d in days])
    back = [d + timedelta(days=60) for d in days]
    back_in = np.array([12 * d.year + d.month - 12 * FIRST.year - 1 for d in back])
    months_later = np.array([_completed(a, b) for a, b in zip(days, back, strict=True)])
    decided_in = np.array([_completed(d, d + timedelta(days=28)) for d in days])
    factor = YEARLY ** (-np.arange(3) / 12)
    payments, refunds = np.zeros((draws, MONTHS), np.int64), np.zeros((draws, MONTHS), np.int64)
    counts, present, pending = np.zeros((draws, 2), np.int64), np.zeros(draws), np.zeros((draws, 3), np.int64)
    rng = np.random.Generator(np.random.Philox(seed))
    chance = rng.beta(52, 11, draws)
    for k in range(draws):
        index = (rng.random(patients) * DAYS).astype(np.int32)
        age = _triangular(rng.random(patients), 3, 11, 25)
        diagnosis = rng.random(patients) < 0.6
        remission = rng.random(patients) < chance[k]
        eligible = (np.floor(age) <= 25) & (diagnosis | ~diagnosis)
        fails = eligible & ~remission
        payments[k] = np.bincount(paid_in[index[eligible]], minlength=MONTHS) * PRICE
        refunds[k] = np.bincount(back_in[index[fails]], minlength=MONTHS) * -PRICE
        counts[k] = eligible.sum(), (eligible & remission).sum()
        present[k] = payments[k].sum() - PRICE * factor[months_later[index[fails]]].sum()
        decided = np.where(remission, decided_in[index], months_later[index])[eligible]
        pending[k] = [(decided >= age_in).sum() for age_in in range(3)]
    _report(payments, refunds, counts, present, pending)


def _triangular(at: np.ndarray, low: float, mode: float, high: float) -> np.ndarray:
    rising = low + np.sqrt(at * (high - low) * (mode - low))
    falling = high - np.sqrt((1 - at) * (high - low) * (high - mode))
    return np.where(at * (high - low) < mode - low, rising, falling)


def _completed(start: date, end: date) -> int:
    months = (end.year - start.year) * 12 + end.month - start.month
    return months - (end.day < start.day)


def _report(
    payments: np.ndarray, refunds: np.ndarray, counts: np.ndarray, present: np.ndarray, pending: np.ndarray
) -> None:
    net = payments.sum(axis=1) + refunds.sum(axis=1)
    metrics = {
        "net_price": net / counts[:, 0], "cost_per_responder": net / counts[:, 1], "net": net, "present": present,
        "payments": payments.sum(axis=1), "refunds": refunds.sum(axis=1), "responders": counts[:, 1],
    }  # fmt: skip
    marks = (1, 5, 25, 50, 75, 95, 99)
    for name, values in metrics.items():
        print(name, values.mean(), values.std(ddof=1), *np.percentile(values, marks, method="inverted_cdf"))
    for columns in (payments, refunds, payments + refunds, (payments + refunds).cumsum(axis=1)):
        print(columns.mean(axis=0), np.percentile(columns, marks, axis=0, method="inverted_cdf"))
    print(pending.mean(axis=0))


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]))
