/* gmm: a point's share in each component weighs what it adds to the derivatives.
   q and l hold the factors column by column; Q and dQ are full columns below the diagonal. */
#include <math.h>
#include <stddef.h>
#include <stdlib.h>

static double log_sum_exp(size_t n, const double *x) {
    double largest = x[0], total = 0.0;
    for (size_t i = 1; i < n; i++)
        if (x[i] > largest) largest = x[i];
    for (size_t i = 0; i < n; i++) total += exp(x[i] - largest);
    return largest + log(total);
}

static double constant(size_t d, size_t k, size_t n, double gamma, int m) {
    double nu = d + m + 1.0, log_gamma = 0.25 * d * (d - 1.0) * log(M_PI);
    for (size_t j = 0; j < d; j++) log_gamma += lgamma(0.5 * nu - 0.5 * j);
    return k * (nu * d * log(gamma / sqrt(2.0)) - log_gamma) - 0.5 * n * d * log(2 * M_PI);
}

static void unpack(size_t d, size_t k, const double *q, const double *l, double *Q,
                   double *log_det, double *norms) {
    for (size_t c = 0; c < k; c++) {
        log_det[c] = norms[c] = 0.0;
        for (size_t j = 0; j < d; j++) {
            double *column = Q + (c * d + j) * d;
            column[j] = exp(q[c * d + j]);
            log_det[c] += q[c * d + j];
            norms[c] += column[j] * column[j];
            for (size_t i = j + 1; i < d; i++) {
                column[i] = *l++;
                norms[c] += column[i] * column[i];
            }
        }
    }
}

/* z = Q (x - mu), and half of its square. */
static double spread(size_t d, const double *restrict Q, const double *restrict x,
                     const double *restrict mu, double *restrict z) {
    double half = 0.0;
    for (size_t i = 0; i < d; i++) z[i] = 0.0;
    for (size_t j = 0; j < d; j++) {
        double centered = x[j] - mu[j];
        for (size_t i = j; i < d; i++) z[i] += Q[j * d + i] * centered;
    }
    for (size_t i = 0; i < d; i++) half += z[i] * z[i];
    return 0.5 * half;
}

double primal(size_t d, size_t k, size_t n, const double *alpha, const double *mu, const double *q,
              const double *l, const double *x, double gamma, int m) {
    double *Q = malloc((k * d * d + 3 * k + d) * sizeof *Q);
    double *log_det = Q + k * d * d, *norms = log_det + k, *beta = norms + k, *z = beta + k;
    unpack(d, k, q, l, Q, log_det, norms);
    double total = constant(d, k, n, gamma, m) - n * log_sum_exp(k, alpha);
    for (size_t p = 0; p < n; p++) {
        for (size_t c = 0; c < k; c++)
            beta[c] = alpha[c] + log_det[c] - spread(d, Q + c * d * d, x + p * d, mu + c * d, z);
        total += log_sum_exp(k, beta);
    }
    for (size_t c = 0; c < k; c++) total += m * log_det[c] - 0.5 * gamma * gamma * norms[c];
    free(Q);
    return total;
}

void gradient(size_t d, size_t k, size_t n, const double *alpha, const double *mu, const double *q,
              const double *l, const double *x, double gamma, int m, double *dalpha, double *dmu,
              double *dq, double *dl) {
    double *Q = malloc((2 * k * d * d + 3 * k + k * d) * sizeof *Q);
    double *dQ = Q + k * d * d, *log_det = dQ + k * d * d, *norms = log_det + k;
    double *beta = norms + k, *z = beta + k;
    unpack(d, k, q, l, Q, log_det, norms);
    for (size_t i = 0; i < k * d * d; i++) dQ[i] = 0.0;
    for (size_t i = 0; i < k * d; i++) dmu[i] = 0.0;
    for (size_t c = 0; c < k; c++) dalpha[c] = 0.0;
    for (size_t p = 0; p < n; p++) {
        for (size_t c = 0; c < k; c++)
            beta[c] = alpha[c] + log_det[c]
                      - spread(d, Q + c * d * d, x + p * d, mu + c * d, z + c * d);
        double sum = log_sum_exp(k, beta);
        for (size_t c = 0; c < k; c++) {
            double share = exp(beta[c] - sum);
            double *restrict dQc = dQ + c * d * d;
            const double *restrict Qc = Q + c * d * d, *restrict zc = z + c * d;
            dalpha[c] += share;
            for (size_t j = 0; j < d; j++) {
                double weighted = share * (x[p * d + j] - mu[c * d + j]), sum_j = 0.0;
                for (size_t i = j; i < d; i++) dQc[j * d + i] -= weighted * zc[i];
                for (size_t i = j; i < d; i++) sum_j += Qc[j * d + i] * zc[i];
                dmu[c * d + j] += share * sum_j;
            }
        }
    }
    double all = log_sum_exp(k, alpha);
    for (size_t c = 0; c < k; c++) {
        for (size_t j = 0; j < d; j++) {
            const double *column = Q + (c * d + j) * d, *dcolumn = dQ + (c * d + j) * d;
            dq[c * d + j] = (dcolumn[j] - gamma * gamma * column[j]) * column[j] + dalpha[c] + m;
            for (size_t i = j + 1; i < d; i++) *dl++ = dcolumn[i] - gamma * gamma * column[i];
        }
    }
    for (size_t c = 0; c < k; c++) dalpha[c] -= n * exp(alpha[c] - all);
    free(Q);
}
