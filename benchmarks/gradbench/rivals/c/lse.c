/* lse: the softmax is what the sum is made of. */
#include <math.h>
#include <stddef.h>

double primal(size_t n, const double *restrict x) {
    double largest = x[0], total = 0.0;
    for (size_t i = 1; i < n; i++)
        if (x[i] > largest) largest = x[i];
    for (size_t i = 0; i < n; i++) total += exp(x[i] - largest);
    return largest + log(total);
}

void gradient(size_t n, const double *restrict x, double *restrict dx) {
    double largest = x[0], total = 0.0;
    for (size_t i = 1; i < n; i++)
        if (x[i] > largest) largest = x[i];
    for (size_t i = 0; i < n; i++) total += dx[i] = exp(x[i] - largest);
    for (size_t i = 0; i < n; i++) dx[i] /= total;
}
