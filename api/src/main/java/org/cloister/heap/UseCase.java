// SPDX-License-Identifier: Apache-2.0
package org.cloister.heap;

import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What restricted memory is used for. Memory of different use cases never shares a page or a firewall region.
 *
 * <p>The three use cases of mainline Linux (6.18, {@code enum tee_dma_heap_id}) are constants here. A vendor adds one
 * by offering a pool for it; core refuses an id or name that is taken by another use case already
 * ({@link HeapError#ALREADY_EXISTS}).
 *
 * @param id the number by which firmware knows it: 1 to 3 are the constants below, vendors take 256 and above;
 *     0 stands for {@link #NONE}
 * @param name lower-case letters, digits and hyphens, such as {@code "secure-video"}
 */
@ProviderType
public record UseCase(int id, String name) {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*"); // before the constants below

    /** Memory without a restricted use, such as that of a system heap. */
    public static final UseCase NONE = new UseCase(0, "none");
    /** Playback of protected video. */
    public static final UseCase SECURE_VIDEO = new UseCase(1, "secure-video");
    /** A user interface that the normal world can neither read nor forge. */
    public static final UseCase TRUSTED_UI = new UseCase(2, "trusted-ui");
    /** Recording of video that the normal world must not see. */
    public static final UseCase SECURE_VIDEO_RECORD = new UseCase(3, "secure-video-record");

    /** The smallest id that a vendor may take. */
    public static final int FIRST_VENDOR_ID = 256;

    /** Checks the components; a bad one throws {@link HeapException} with {@link HeapError#INVALID_ARGUMENT}. */
    public UseCase {
        Objects.requireNonNull(name, "name");
        if (!NAME.matcher(name).matches()) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, "define a use case", "name \"" + name + "\"",
                    "it is not made of lower-case words joined by hyphens", "use a name such as \"secure-video\"");
        }
        int standard = standardId(name);
        if (standard >= 0 ? id != standard : id < FIRST_VENDOR_ID) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, "define use case " + name, "id " + id,
                    standard >= 0 ? "the name belongs to use case " + standard
                            : "ids below " + FIRST_VENDOR_ID + " are reserved",
                    "take a name of your own, and an id from " + FIRST_VENDOR_ID + " on");
        }
    }

    private static int standardId(String name) {
        return switch (name) {
            case "none" -> 0;
            case "secure-video" -> 1;
            case "trusted-ui" -> 2;
            case "secure-video-record" -> 3;
            default -> -1;
        };
    }

    /**
     * One of the constants.
     *
     * @param name the name of the use case
     * @return the constant; empty when no constant has that name
     */
    public static Optional<UseCase> standard(String name) {
        int id = standardId(name);
        return id < 0 ? Optional.empty() : Optional.of(new UseCase(id, name));
    }

    /** {@return the name that mainline Linux gives the heap of this use case: {@code "protected,"} and the name} */
    public String heapName() {
        return "protected," + name;
    }

    @Override
    public String toString() {
        return name;
    }
}
