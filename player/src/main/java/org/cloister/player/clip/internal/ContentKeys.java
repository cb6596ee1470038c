// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.clip.internal;

import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/** The content keys that a person gave, by key id. Immutable. */
public final class ContentKeys {
    /** No key at all. */
    public static final ContentKeys NONE = new ContentKeys(Map.of());

    private static final int HEX_DIGITS = 2 * KeyId.LENGTH;
    private static final Pattern HEX = Pattern.compile("[0-9a-f]*");

    private final Map<KeyId, SecretKey> keys;

    private ContentKeys(Map<KeyId, SecretKey> keys) {
        this.keys = Map.copyOf(keys);
    }

    /**
     * Reads keys as people write them.
     *
     * @param texts each {@code KID:KEY}, two numbers of 32 hexadecimal digits; a KID may have hyphens, as a UUID has
     * @throws ClipException for one that is not written so, and for two keys of one id
     */
    public static ContentKeys parse(Collection<String> texts) {
        Map<KeyId, SecretKey> keys = new LinkedHashMap<>();
        for (String text : texts) {
            int colon = text.indexOf(':');
            if (colon < 0) {
                throw malformed("there is no colon between key id and key");
            }
            KeyId id = new KeyId(hex(text.substring(0, colon).replace("-", ""), "the key id"));
            byte[] key = HexFormat.of().parseHex(hex(text.substring(colon + 1), "the key"));
            if (keys.put(id, new SecretKeySpec(key, "AES")) != null) {
                throw new ClipException("use", "--key", "there are two keys for key id " + id, "give one of them");
            }
        }
        return new ContentKeys(keys);
    }

    /** The key of that id. */
    public Optional<SecretKey> find(KeyId id) {
        return Optional.ofNullable(keys.get(id));
    }

    /**
     * The key of that id.
     *
     * @param clip the name of the clip that wants it, for errors
     * @throws ClipException when there is none
     */
    public SecretKey require(KeyId id, String clip) {
        return find(id).orElseThrow(() -> missing(id, clip));
    }

    private ClipException missing(KeyId wanted, String clip) {
        String remedy = "give its key with --key " + wanted + ":KEY";
        if (keys.isEmpty()) {
            return new ClipException("play", clip, "it is encrypted and no key was given", remedy);
        }
        String given = keys.keySet().stream().map(KeyId::hex).sorted().collect(Collectors.joining(", "));
        return new ClipException("play", clip, "it is encrypted with key id %s, and the key given is for %s"
                .formatted(wanted, given), remedy);
    }

    /** The ids of all keys. */
    public Set<KeyId> ids() {
        return keys.keySet();
    }

    private static String hex(String text, String which) {
        String digits = text.toLowerCase(Locale.ROOT);
        if (!HEX.matcher(digits).matches()) {
            throw malformed(which + " has characters that are no hexadecimal digits");
        }
        if (digits.length() != HEX_DIGITS) {
            throw malformed("%s has %d hexadecimal digits instead of %d".formatted(which, digits.length(), HEX_DIGITS));
        }
        return digits;
    }

    /** Never repeats what was given: it may be a secret, and standard error ends up in logs. */
    private static ClipException malformed(String why) {
        return new ClipException("use", "--key", why, "write it as KID:KEY, each of 32 hexadecimal digits");
    }
}
