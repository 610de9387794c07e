/* lstm: seven values of each cell are kept on the way forward. */
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { FORGET, INGATE, OUTGATE, CHANGE, X, HIDDEN, CELL, SQUASHED, KEPT };

static double sigmoid(double x) { return 1.0 / (1.0 + exp(-x)); }

/* One layer: x and the state in place; what the way back needs goes to kept. */
static void layer(size_t b, const double *restrict w, const double *restrict bias,
                  double *restrict x, double *restrict hidden, double *restrict cell,
                  double *restrict kept) {
    for (size_t i = 0; i < b; i++) {
        double forget = sigmoid(x[i] * w[i] + bias[i]);
        double ingate = sigmoid(hidden[i] * w[b + i] + bias[b + i]);
        double outgate = sigmoid(x[i] * w[2 * b + i] + bias[2 * b + i]);
        double change = tanh(hidden[i] * w[3 * b + i] + bias[3 * b + i]);
        double next = cell[i] * forget + ingate * change, squashed = tanh(next);
        if (kept) {
            kept[FORGET * b + i] = forget;
            kept[INGATE * b + i] = ingate;
            kept[OUTGATE * b + i] = outgate;
            kept[CHANGE * b + i] = change;
            kept[X * b + i] = x[i];
            kept[HIDDEN * b + i] = hidden[i];
            kept[CELL * b + i] = cell[i];
            kept[SQUASHED * b + i] = squashed;
        }
        cell[i] = next;
        x[i] = hidden[i] = outgate * squashed;
    }
}

/* All steps; `shares` gets exp of each prediction over their sum, where it is given. */
static double forward(size_t layers, size_t b, size_t steps, const double *main,
                      const double *extra, const double *state, const double *sequence,
                      double *kept, double *outputs, double *shares) {
    double *now = malloc((2 * layers * b + b) * sizeof *now), *x = now + 2 * layers * b;
    double total = 0.0;
    memcpy(now, state, 2 * layers * b * sizeof *now);
    for (size_t t = 0; t < steps; t++) {
        for (size_t i = 0; i < b; i++) x[i] = sequence[t * b + i] * extra[i];
        for (size_t l = 0; l < layers; l++)
            layer(b, main + 8 * l * b, main + (8 * l + 4) * b, x, now + 2 * l * b,
                  now + (2 * l + 1) * b, kept ? kept + (t * layers + l) * KEPT * b : NULL);
        double normal = 2.0, score = 0.0, count = 0.0;
        for (size_t i = 0; i < b; i++) {
            double prediction = x[i] * extra[b + i] + extra[2 * b + i], power = exp(prediction);
            double wanted = sequence[(t + 1) * b + i];
            normal += power;
            score += wanted * prediction;
            count += wanted;
            if (shares) {
                shares[t * b + i] = power;
                outputs[t * b + i] = x[i];
            }
        }
        if (shares)
            for (size_t i = 0; i < b; i++) shares[t * b + i] *= count / normal;
        total += score - count * log(normal);
    }
    free(now);
    return -total / (b * steps);
}

double primal(size_t layers, size_t b, size_t steps, const double *main, const double *extra,
              const double *state, const double *sequence) {
    return forward(layers, b, steps, main, extra, state, sequence, NULL, NULL, NULL);
}

void gradient(size_t layers, size_t b, size_t steps, const double *main, const double *extra,
              const double *state, const double *sequence, double *dmain, double *dextra) {
    double *kept = malloc((layers * KEPT + 2) * steps * b * sizeof *kept);
    double *outputs = kept + layers * KEPT * steps * b, *shares = outputs + steps * b;
    double *dnow = calloc(2 * layers * b + b, sizeof *dnow), *dx = dnow + 2 * layers * b;
    forward(layers, b, steps, main, extra, state, sequence, kept, outputs, shares);
    memset(dmain, 0, 8 * layers * b * sizeof *dmain);
    memset(dextra, 0, 3 * b * sizeof *dextra);
    double scale = -1.0 / (b * steps);
    for (size_t t = steps; t-- > 0;) {
        for (size_t i = 0; i < b; i++) {
            double dprediction = scale * (sequence[(t + 1) * b + i] - shares[t * b + i]);
            dextra[2 * b + i] += dprediction;
            dextra[b + i] += dprediction * outputs[t * b + i];
            dx[i] = dprediction * extra[b + i];
        }
        for (size_t l = layers; l-- > 0;) {
            const double *restrict k = kept + (t * layers + l) * KEPT * b;
            const double *restrict w = main + 8 * l * b;
            double *restrict dw = dmain + 8 * l * b, *restrict dbias = dw + 4 * b;
            double *restrict dhidden = dnow + 2 * l * b, *restrict dcell = dhidden + b;
            for (size_t i = 0; i < b; i++) {
                double forget = k[FORGET * b + i], ingate = k[INGATE * b + i];
                double outgate = k[OUTGATE * b + i], change = k[CHANGE * b + i];
                double squashed = k[SQUASHED * b + i], dh = dhidden[i] + dx[i];
                double dc = dcell[i] + dh * outgate * (1.0 - squashed * squashed);
                double d_out = dh * squashed * outgate * (1.0 - outgate);
                double d_in = dc * change * ingate * (1.0 - ingate);
                double d_change = dc * ingate * (1.0 - change * change);
                double d_forget = dc * k[CELL * b + i] * forget * (1.0 - forget);
                dbias[i] += d_forget;
                dbias[b + i] += d_in;
                dbias[2 * b + i] += d_out;
                dbias[3 * b + i] += d_change;
                dw[i] += d_forget * k[X * b + i];
                dw[b + i] += d_in * k[HIDDEN * b + i];
                dw[2 * b + i] += d_out * k[X * b + i];
                dw[3 * b + i] += d_change * k[HIDDEN * b + i];
                dx[i] = d_forget * w[i] + d_out * w[2 * b + i];
                dhidden[i] = d_in * w[b + i] + d_change * w[3 * b + i];
                dcell[i] = dc * forget;
            }
        }
        for (size_t i = 0; i < b; i++) dextra[i] += dx[i] * sequence[t * b + i];
    }
    free(dnow);
    free(kept);
}
