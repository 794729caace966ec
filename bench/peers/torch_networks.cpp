// SPDX-License-Identifier: Apache-2.0
//
// libtorch's own modules for the nets of the bench, with its own losses and optimizer. Images are [batch, channels,
// height, width] in memory, as its convolutions run fastest on this kind of processor.
#include <torch/torch.h>

#include "peers/network_peers.h"

namespace wengert::bench {
namespace {

namespace nn = torch::nn;
namespace F = torch::nn::functional;
using torch::Tensor;

/// A parameter, and how its layout comes from Wengert's and goes back.
struct Slot {
  Tensor parameter;
  std::function<Tensor(const Tensor&)> from_ours, to_ours;
};

Tensor same(const Tensor& t) { return t; }
Tensor transposed(const Tensor& t) { return t.t(); }

Slot plain(const Tensor& parameter) { return {parameter, same, same}; }
Slot matrix(const Tensor& parameter) { return {parameter, transposed, transposed}; }

/// [taps, taps, in, out] against [out, in, taps, taps].
Slot taps(const Tensor& parameter) {
  return {parameter, [](const Tensor& t) { return t.permute({3, 2, 0, 1}); }, [](const Tensor& t) { return t.permute({2, 3, 1, 0}); }};
}

/// The weight behind a flattened image, whose numbers are told by place, then channel, against by channel, then place.
Slot behind_image(const Tensor& parameter, int64_t side, int64_t channels) {
  return {parameter,
          [=](const Tensor& t) { return t.reshape({side, side, channels, -1}).permute({3, 2, 0, 1}).reshape({-1, channels * side * side}); },
          [=](const Tensor& t) { return t.reshape({-1, channels, side, side}).permute({2, 3, 1, 0}).reshape({side * side * channels, -1}); }};
}

/// A net and its parameters in Wengert's order.
class Network {
 public:
  virtual ~Network() = default;
  virtual Tensor forward(const Tensor& x) = 0;
  virtual Tensor input(const Tensor& x) { return x; }  ///< x as this net wants it in memory
  std::vector<Slot> slots;

 protected:
  nn::Conv2d conv(int64_t in, int64_t out, int64_t size, int64_t pad, int64_t stride = 1) {
    nn::Conv2d layer(nn::Conv2dOptions(in, out, size).padding(pad).stride(stride));
    slots.push_back(taps(layer->weight)), slots.push_back(plain(layer->bias));
    return layer;
  }
  nn::Linear linear(int64_t in, int64_t out) {
    nn::Linear layer(in, out);
    slots.push_back(matrix(layer->weight)), slots.push_back(plain(layer->bias));
    return layer;
  }
  nn::BatchNorm2d batch_norm(int64_t channels) {
    nn::BatchNorm2d layer(channels);
    slots.push_back(plain(layer->weight)), slots.push_back(plain(layer->bias));
    return layer;
  }
  nn::LayerNorm layer_norm(int64_t width) {
    nn::LayerNorm layer(nn::LayerNormOptions({width}));
    slots.push_back(plain(layer->weight)), slots.push_back(plain(layer->bias));
    return layer;
  }
};

class LeNet : public Network {
 public:
  Tensor input(const Tensor& x) override { return x.permute({0, 3, 1, 2}).contiguous(); }
  Tensor forward(const Tensor& x) override {
    const Tensor a = torch::max_pool2d(torch::relu(conv1_(x)), 2), b = torch::max_pool2d(torch::relu(conv2_(a)), 2);
    return dense3_(torch::relu(dense2_(torch::relu(dense1_(b.flatten(1))))));
  }

 private:
  nn::Conv2d conv1_ = conv(1, 6, 5, 2), conv2_ = conv(6, 16, 5, 0);
  nn::Linear dense1_ = first_dense(), dense2_ = linear(120, 84), dense3_ = linear(84, 10);

  nn::Linear first_dense() {
    nn::Linear layer = linear(400, 120);
    slots[slots.size() - 2] = behind_image(layer->weight, 5, 16);
    return layer;
  }
};

/// Two convolutions beside a path around them, which is a convolution of 1 x 1 where the shape changes.
class Residual : public Network {
 public:
  Residual(int64_t in, int64_t out, int64_t stride)
      : conv1_(conv(in, out, 3, 1, stride)), norm1_(batch_norm(out)), conv2_(conv(out, out, 3, 1)), norm2_(batch_norm(out)) {
    if (stride == 1) return;
    around_ = conv(in, out, 1, 0, stride), around_norm_ = batch_norm(out);
  }
  Tensor forward(const Tensor& x) override {
    const Tensor y = norm2_(conv2_(torch::relu(norm1_(conv1_(x)))));
    return torch::relu(y + (around_ ? around_norm_(around_(x)) : x));
  }

 private:
  nn::Conv2d conv1_;
  nn::BatchNorm2d norm1_;
  nn::Conv2d conv2_;
  nn::BatchNorm2d norm2_;
  nn::Conv2d around_ = nullptr;
  nn::BatchNorm2d around_norm_ = nullptr;
};

class ResNet8 : public Network {
 public:
  ResNet8() {
    for (Residual* block : {&block1_, &block2_, &block3_}) slots.insert(slots.end(), block->slots.begin(), block->slots.end());
    dense_ = linear(64, 10);
  }
  Tensor input(const Tensor& x) override { return x.permute({0, 3, 1, 2}).contiguous(); }
  Tensor forward(const Tensor& x) override {
    const Tensor y = block3_.forward(block2_.forward(block1_.forward(torch::relu(norm_(conv_(x))))));
    return dense_(y.mean({2, 3}));
  }

 private:
  nn::Conv2d conv_ = conv(3, 16, 3, 1);
  nn::BatchNorm2d norm_ = batch_norm(16);
  Residual block1_{16, 16, 1}, block2_{16, 32, 2}, block3_{32, 64, 2};
  nn::Linear dense_ = nullptr;
};

class Lstm : public Network {
 public:
  Lstm() {
    const auto p = lstm_->named_parameters();
    slots = {matrix(p["weight_ih_l0"]), matrix(p["weight_hh_l0"]), plain(p["bias_ih_l0"])};
    torch::NoGradGuard constant;  // Wengert's has one bias
    p["bias_hh_l0"].zero_().set_requires_grad(false);
    dense_ = linear(128, 65);
  }
  Tensor forward(const Tensor& x) override { return dense_(std::get<0>(lstm_(x))).flatten(0, 1); }

 private:
  nn::LSTM lstm_{nn::LSTMOptions(65, 128).batch_first(true)};
  nn::Linear dense_ = nullptr;
};

/// Normalization first; query, key and value by one product.
class Transformer : public Network {
 public:
  Tensor forward(const Tensor& x) override {
    const int64_t batch = x.size(0), time = x.size(1), d = x.size(2);
    const auto parts = inputs_(norm1_(x)).view({batch, time, 3, heads, d / heads}).permute({2, 0, 3, 1, 4}).unbind(0);
    const Tensor scores = torch::matmul(parts[0] * (1 / std::sqrt(double(d / heads))), parts[1].transpose(2, 3));
    const Tensor attended = torch::matmul(torch::softmax(scores + mask_, -1), parts[2]);
    const Tensor y = x + outputs_(attended.transpose(1, 2).reshape({batch, time, d}));
    return y + down_(torch::gelu(up_(norm2_(y))));
  }

 private:
  static constexpr int64_t heads = 4, width = 128, length = 64;
  nn::LayerNorm norm1_ = layer_norm(width);
  nn::Linear inputs_ = linear(width, 3 * width), outputs_ = linear(width, width);
  nn::LayerNorm norm2_ = layer_norm(width);
  nn::Linear up_ = linear(width, 4 * width), down_ = linear(4 * width, width);
  Tensor mask_ = torch::full({length, length}, -INFINITY).triu(1);
};

std::unique_ptr<Network> network_of(const std::string& name) {
  if (name == "lenet") return std::make_unique<LeNet>();
  if (name == "resnet8") return std::make_unique<ResNet8>();
  if (name == "lstm") return std::make_unique<Lstm>();
  if (name == "transformer") return std::make_unique<Transformer>();
  return nullptr;
}

Tensor tensor(const Parameter& p) { return torch::from_blob(const_cast<float*>(p.values.data()), p.shape, torch::kFloat32).clone(); }

class TorchNetwork : public Trainer {
 public:
  TorchNetwork(const NetworkCase& c, std::unique_ptr<Network> network) : network_(std::move(network)) {
    torch::set_num_threads(1);
    std::vector<Tensor> parameters;
    for (size_t k = 0; k < network_->slots.size(); ++k) {
      const Slot& slot = network_->slots[k];
      torch::NoGradGuard constant;
      slot.parameter.copy_(slot.from_ours(tensor(c.parameters[k])));
      parameters.push_back(slot.parameter);
    }
    x_ = network_->input(tensor(c.x));
    if (!c.labels.empty()) labels_ = torch::tensor(c.labels);
    if (c.labels.empty()) targets_ = tensor({c.x.shape, c.targets});
    optimizer_ = std::make_unique<torch::optim::SGD>(parameters, c.rate);
  }

  void step() override {
    optimizer_->zero_grad();
    const Tensor outputs = network_->forward(x_);
    const Tensor loss = labels_.defined() ? F::cross_entropy(outputs, labels_)
                                          : (outputs - targets_).square().sum() / static_cast<double>(2 * x_.size(0) * x_.size(1));
    loss.backward();
    optimizer_->step();
  }

  std::vector<float> parameters() override {
    std::vector<float> all;
    for (const Slot& slot : network_->slots) {
      const Tensor ours = slot.to_ours(slot.parameter.detach()).contiguous();
      all.insert(all.end(), ours.data_ptr<float>(), ours.data_ptr<float>() + ours.numel());
    }
    return all;
  }

 private:
  std::unique_ptr<Network> network_;
  Tensor x_, labels_, targets_;
  std::unique_ptr<torch::optim::Optimizer> optimizer_;
};

}  // namespace

NetworkPeer torch_networks() {
  return {"libtorch " TORCH_VERSION, [](const NetworkCase& c) -> std::unique_ptr<Trainer> {
            std::unique_ptr<Network> network = network_of(c.network);
            return network ? std::make_unique<TorchNetwork>(c, std::move(network)) : nullptr;
          }};
}

}  // namespace wengert::bench
