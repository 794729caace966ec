// SPDX-License-Identifier: Apache-2.0
#include "wengert/nn/loss.h"

#include <fmt/format.h>

#include "wengert/base/choice.h"
#include "wengert/nn/operands.h"
#include "wengert/primitives/activation.h"
#include "wengert/primitives/arithmetic.h"
#include "wengert/primitives/convert.h"
#include "wengert/primitives/index.h"
#include "wengert/primitives/linalg.h"
#include "wengert/primitives/rearrange.h"
#include "wengert/primitives/reduce.h"
#include "wengert/primitives/select.h"
#include "wengert/primitives/slice.h"
#include "wengert/primitives/softmax.h"

namespace wengert {
namespace {

using Numbers = std::span<const double>;
using Mean = std::function<Expr(Expr, Expr)>;

void check_fit(const Expr& outputs, const Expr& targets) {
  const Type &y = outputs.type(), &t = targets.type();
  const bool good_outputs = is_float(y.dtype) && y.shape.rank() == 2;
  const bool labels = good_outputs && t.dtype == DType::i64 && t.shape == Shape{y.shape[0]};
  if (labels || (good_outputs && t == y)) return;
  throw ShapeError("W817",
                   fmt::format("a loss takes outputs float[n,k] and targets of the same type or labels i64[n]; found "
                               "outputs {} and targets {}",
                               to_string(y), to_string(t)),
                   {}, "give one target row or one label for each row of outputs");
}

/// Sum over the outputs, mean over the batch.
Expr mean_over_batch(const Expr& each) { return mean(sum(each, {1})); }

/// logsumexp(z_i) - z_i,label -> [n]
Expr token_losses(const Expr& rows, const Expr& classes) {
  return logsumexp(rows, {1}) - sum(one_hot(classes, rows.shape()[1], rows.type().dtype) * rows, {1});
}

/// |a_i - b_i|^2 -> [n]
Expr squared_distances(const Expr& a, const Expr& b) {
  const Expr r = a - b;
  return sum(r * r, {1});
}

/// The second of a pair has the type of the first, rows of floats.
void check_rows(std::string_view loss, std::string_view name, const Expr& a, const Expr& b) {
  require_operand(is_float(a.type().dtype) && a.rank() == 2, loss, "first operand", a, "float[n,d]");
  require_type(loss, name, b, a.type());
}

Mean after(Link link, Mean loss) {
  return [link, loss](Expr outputs, Expr targets) { return loss(apply_link(link, outputs), targets); };
}

/// Made for a net with that link.
Loss cross_entropy_for(Link link) {
  if (link == Link::sigmoid) return {{}, true, Link::sigmoid, logistic_loss};
  return {{}, true, Link::softmax, softmax_cross_entropy};
}

Loss logistic_for(Link link) {
  if (link == Link::softmax)
    throw UsageError("W819",
                     "the loss \"logistic\" takes each output as a probability of its own; the net ends in softmax, "
                     "whose outputs share one",
                     {}, "take the loss \"cross_entropy\", or end the net in sigmoid");
  return {{}, true, Link::sigmoid, logistic_loss};
}

Loss of_values(Link link, Mean loss) { return {{}, false, link, after(link, std::move(loss))}; }

const std::vector<Maker<std::function<Loss(Link)>>>& makers() {
  static const std::vector<Maker<std::function<Loss(Link)>>> all{
      {{"cross_entropy"}, [](Numbers) { return cross_entropy_for; }},
      {{"logistic"}, [](Numbers) { return logistic_for; }},
      {{"squared_error"}, [](Numbers) { return [](Link link) { return of_values(link, squared_error); }; }},
      {{"mse"}, [](Numbers) { return [](Link link) { return of_values(link, mean_squared_error); }; }},
      {{"huber", {{"delta", positive, 1.0}}}, [](Numbers n) {
         return [delta = n[0]](Link link) {
           return of_values(link, [delta](Expr y, Expr t) { return huber_loss(y, t, delta); });
         };
       }}};
  return all;
}

}  // namespace

Expr target_values(const Expr& outputs, const Expr& targets) {
  check_fit(outputs, targets);
  if (targets.type() == outputs.type()) return targets;
  const int64_t n = outputs.shape()[0], k = outputs.shape()[1];
  const DType dtype = outputs.type().dtype;
  if (k > 1) return one_hot(targets, k, dtype);
  return slice(one_hot(targets, 2, dtype), {0, 1}, {n, 1});
}

Expr softmax_cross_entropy(Expr logits, Expr targets) {
  const Expr t = target_values(logits, targets);
  if (logits.shape()[1] < 2)
    throw ShapeError(
        "W817",
        fmt::format("the cross-entropy of softmax outputs {} is 0 whatever the net does: one class has probability 1",
                    to_string(logits.type())),
        {}, "end the net with an output for each class, or take the loss \"logistic\"");
  if (targets.type().dtype != DType::i64) return -mean_over_batch(t * log_softmax(logits));
  return mean(logsumexp(logits, {1}) - sum(t * logits, {1}));
}

Expr logistic_loss(Expr logits, Expr targets) {
  const Expr t = target_values(logits, targets);
  return mean_over_batch(t * softplus(-logits) + (1 - t) * softplus(logits));
}

Expr squared_error(Expr outputs, Expr targets) {
  const Expr r = outputs - target_values(outputs, targets);
  return 0.5 * mean_over_batch(r * r);
}

Expr mean_squared_error(Expr outputs, Expr targets) {
  const Expr r = outputs - target_values(outputs, targets);
  return mean(r * r);
}

Expr huber_loss(Expr outputs, Expr targets, double delta) {
  check({"delta", positive, 1.0}, delta);
  const Expr size = abs(outputs - target_values(outputs, targets));
  const Expr inner = min(size, delta);  // r^2/2 inside, delta^2/2 outside; the rest grows linearly
  return mean_over_batch(0.5 * inner * inner + delta * (size - inner));
}

Expr sequence_cross_entropy(Expr logits, Expr labels, std::optional<Expr> mask) {
  constexpr std::string_view loss = "sequence_cross_entropy";
  const Type& z = logits.type();
  const bool fits = is_float(z.dtype) && z.shape.rank() >= 1 && z.shape.back() >= 2;
  require_operand(fits, loss, "logits", logits, "float[...,k] of two classes or more");
  require_type(loss, "labels", labels, {DType::i64, z.shape.without(z.shape.rank() - 1)});
  const int64_t tokens = labels.shape().elements(), k = z.shape.back();
  Expr rows = reshape(logits, {tokens, k}), classes = reshape(labels, {tokens});
  if (!mask) return mean(token_losses(rows, classes));
  const Expr counted = reshape(mask_of(loss, *mask, labels.shape()), {tokens});
  rows = select(reshape(counted, {tokens, 1}), rows, 0);  // NaN would get into derivatives, as 0 times NaN
  classes = select(counted, classes, zeros(classes.type()));
  return sum(select(counted, token_losses(rows, classes), 0)) / sum(convert(counted, z.dtype));
}

Expr triplet_loss(Expr anchor, Expr near, Expr far, double margin) {
  check({"margin", positive}, margin);
  check_rows("triplet_loss", "positive", anchor, near);
  check_rows("triplet_loss", "negative", anchor, far);
  return mean(relu(squared_distances(anchor, near) - squared_distances(anchor, far) + margin));
}

Expr contrastive_loss(Expr a, Expr b, Expr different, double margin) {
  check({"margin", positive}, margin);
  check_rows("contrastive_loss", "second operand", a, b);
  const int64_t n = a.shape()[0];
  const DType dtype = a.type().dtype;
  require_type("contrastive_loss", "labels", different, {DType::i64, {n}});
  const Expr t = reshape(slice(one_hot(different, 2, dtype), {0, 1}, {n, 1}), {n});
  const Expr short_of = relu(margin - norm(a - b, {1}));
  return mean((1 - t) * squared_distances(a, b) + t * (short_of * short_of)) / 2;
}

Loss parse_loss(std::string_view text, Link link) {
  const auto [make, canonical] = make_chosen(text, "loss", makers());
  Loss loss = make(link);
  loss.text = canonical;
  return loss;
}

}  // namespace wengert
