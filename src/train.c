#include "train.h"

#include "cross_entropy.h"

void train_gather(struct network *net, const struct samples *set, size_t s,
                  size_t index)
{
  real *X = net->X + s * set->M, *T = net->T + s * net->outputs;
  if (set->bytes)
    for (size_t m = 0; m < set->M; m++)
      X[m] = set->bytes[index * set->M + m] / R(255.0);
  else
    for (size_t m = 0; m < set->M; m++)
      X[m] = set->numbers[index * set->M + m];
  for (size_t n = 0; n < net->outputs; n++)
    T[n] = set->label[index] == n ? R(1.0) : R(0.0);
}

static real loss(struct network *net, size_t S, const real *Z)
{
  return softmax_cross_entropy_forward(S, net->outputs, (void *)net->P,
                                       (const void *)Z, (const void *)net->T);
}

real train_gradient(struct network *net, const struct samples *set, size_t S,
                    const size_t index[])
{
  for (size_t s = 0; s < S; s++)
    train_gather(net, set, s, index[s]);
  const real L = loss(net, S, network_forward(net, S, net->X));
  softmax_cross_entropy_backward(S, net->outputs, (void *)net->G,
                                 (const void *)net->P, (const void *)net->T);
  network_clear(net);
  network_backward(net, S, NULL, net->G, net->X);
  return L;
}

real train_step(struct network *net, const struct samples *set, size_t S,
                const size_t index[], real a)
{
  const real L = train_gradient(net, set, S, index);
  network_descend(net, a);
  return L;
}

size_t train_largest(size_t N, const real Z[N])
{
  size_t best = 0;
  for (size_t n = 1; n < N; n++)
    best = re(Z[n]) > re(Z[best]) ? n : best;
  return best;
}

struct score train_score(struct network *net, const struct samples *set,
                         size_t from, size_t to, unsigned char guess[],
                         double sure[])
{
  struct score score = { 0, 0, to - from };
  const size_t N = net->outputs;
  for (size_t at = from; at < to; at += net->batch) {
    const size_t S = to - at < net->batch ? to - at : net->batch;
    for (size_t s = 0; s < S; s++)
      train_gather(net, set, s, at + s);
    const real *Z = network_evaluate(net, S, net->X);
    score.loss += (double)re(loss(net, S, Z)) * (double)S;
    for (size_t s = 0; s < S; s++) {
      const size_t n = train_largest(N, Z + s * N);
      score.right += n == set->label[at + s];
      if (guess)
        guess[at - from + s] = (unsigned char)n;
      if (sure)
        sure[at - from + s] = (double)re(net->P[s * N + n]);
    }
  }
  score.loss /= (double)score.count;
  return score;
}
