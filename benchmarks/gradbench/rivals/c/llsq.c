/* llsq: each residual is handed to the coefficients with the powers that made it. */
#include <stddef.h>
#include <stdlib.h>

static double sign(double t) { return (t > 0.0) - (t < 0.0); }

double primal(size_t m, const double *restrict x, size_t n) {
    double total = 0.0;
    for (size_t i = 0; i < n; i++) {
        double t = -1.0 + 2.0 * i / (n - 1), residual = sign(t), power = 1.0;
        for (size_t j = 0; j < m; j++) {
            residual -= x[j] * power;
            power *= t;
        }
        total += residual * residual;
    }
    return 0.5 * total;
}

void gradient(size_t m, const double *restrict x, size_t n, double *restrict dx) {
    double *restrict powers = malloc(m * sizeof *powers);
    for (size_t j = 0; j < m; j++) dx[j] = 0.0;
    for (size_t i = 0; i < n; i++) {
        double t = -1.0 + 2.0 * i / (n - 1), residual = sign(t), power = 1.0;
        for (size_t j = 0; j < m; j++) {
            powers[j] = power;
            residual -= x[j] * power;
            power *= t;
        }
        for (size_t j = 0; j < m; j++) dx[j] -= residual * powers[j];
    }
    free(powers);
}
