// Sealing with XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha): nonce, then ciphertext with its tag.
#include <sodium.h>

#include "common/base/check.h"
#include "common/crypto/bytes.h"
#include "common/crypto/crypto.h"

namespace bilten::crypto {
namespace {

constexpr size_t kKeyBytes = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;
constexpr size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;

}  // namespace

std::string seal(std::string_view key, std::string_view plain, std::string_view bound_to,
                 Random& random) {
  CHECK_INVARIANT(key.size() == kKeyBytes);
  init();
  std::string out(kNonceBytes + plain.size() + kTagBytes, '\0');
  random.fill(out.data(), kNonceBytes);
  crypto_aead_xchacha20poly1305_ietf_encrypt(
      octets(out.data() + kNonceBytes), nullptr, octets(plain), plain.size(), octets(bound_to),
      bound_to.size(), nullptr, octets(out.data()), octets(key));
  return out;
}

std::optional<std::string> unseal(std::string_view key, std::string_view sealed,
                                  std::string_view bound_to) {
  CHECK_INVARIANT(key.size() == kKeyBytes);
  init();
  if (sealed.size() < kNonceBytes + kTagBytes) return std::nullopt;
  const auto nonce = sealed.substr(0, kNonceBytes);
  const auto cipher = sealed.substr(kNonceBytes);
  std::string plain(cipher.size() - kTagBytes, '\0');
  const int refused = crypto_aead_xchacha20poly1305_ietf_decrypt(
      octets(plain.data()), nullptr, nullptr, octets(cipher), cipher.size(), octets(bound_to),
      bound_to.size(), octets(nonce), octets(key));
  if (refused != 0) return std::nullopt;
  return plain;
}

}  // namespace bilten::crypto
