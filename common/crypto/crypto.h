// libsodium, behind names that say what they are for. All functions are thread-safe; keys and
// signatures are raw bytes in strings, and a key of another length than stated is our own mistake.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/random.h"
#include "common/base/result.h"

namespace bilten::crypto {

// Starts libsodium; what needs it does so by itself at its first use.
void init();

// The kernel's generator.
class SystemRandom final : public Random {
 public:
  void fill(void* into, size_t bytes) override;
};

// BLAKE2b-256 of the parts one after the other (RFC 7693).
std::array<char, 32> hash(std::initializer_list<std::string_view> parts);
// CRC-32C (Castagnoli), SSE4.2 where the CPU has it.
uint32_t crc32c(std::string_view bytes);
// Keyed BLAKE2b-256: an index over values that must not be read back (e-mail addresses), and the
// derivation of one key from another. `purpose` (at most 255 bytes) keeps uses apart; the key is of
// 16 to 64 bytes.
std::string keyed_hash(std::string_view key, std::string_view purpose, std::string_view value);
// HMAC-SHA256 (RFC 2104), 32 bytes under a key of any length: what others sign webhooks with.
std::string hmac_sha256(std::string_view key, std::string_view message);
bool equal(std::string_view a, std::string_view b);  // In constant time.

// XChaCha20-Poly1305 under a key of 32 bytes, with a random nonce in front; `bound_to` is
// authenticated, not stored.
std::string seal(std::string_view key, std::string_view plain, std::string_view bound_to,
                 Random& random);
std::optional<std::string> unseal(std::string_view key, std::string_view sealed,
                                  std::string_view bound_to);

// Ed25519 (RFC 8032).
struct SigningKey {
  std::string public_key;  // 32 bytes
  std::string secret_key;  // 64 bytes
};
SigningKey signing_key(std::string_view seed);  // 32 bytes -> the same pair every time.
std::string sign(std::string_view message, const SigningKey& key);
bool verify(std::string_view message, std::string_view signature, std::string_view public_key);
// The same for who has the secret key: a twentieth of the time.
bool is_own(std::string_view message, std::string_view signature, const SigningKey& key);

// argon2id (RFC 9106) with libsodium's interactive limits, as its own "$argon2id$..." text.
// 50-100 ms of one core and 64 MiB: slow pool only. Where the memory cannot be had, the hash is
// empty and no password fits.
std::string hash_password(std::string_view password);
bool check_password(std::string_view hash, std::string_view password);

// JSON Web Tokens, EdDSA only (RFC 8037): the header is fixed to
// {"alg":"EdDSA","typ":"JWT","kid":..} and compared, never interpreted. The payload is JSON text. A
// key id is 1 to 64 characters of base64url's alphabet.
std::string make_token(std::string_view payload_json, std::string_view key_id,
                       const SigningKey& key);
struct TokenParts {
  std::string key_id;
  std::string payload_json;
};
// `public_key` finds the key of an id; nothing: unknown key (reason "unknown_key" in the error, so
// that the caller can wait for it). Other faults: Code::unauthenticated, reason "bad_token".
Result<TokenParts> open_token(
    std::string_view token,
    const std::function<std::optional<std::string>(std::string_view key_id)>& public_key);

// A secret kept in a file of mode 0600 (or a systemd credential): read, or made on first use, then
// safe on disk. Of two starts at once both get the first one's. Refused: a link, a file open to
// others, another size (reason "secret_refused"); what the disk says no to is "secret_unavailable".
Result<std::string> load_or_make_secret(const std::string& path, size_t bytes, Random& random);
// A secret that others made (a provider's key), from a file as private as above: its lines, without
// the space around them. Refused besides (secret_refused): none, more than 8, or characters that a
// key cannot have.
Result<std::vector<std::string>> load_secret_lines(const std::string& path);

}  // namespace bilten::crypto
