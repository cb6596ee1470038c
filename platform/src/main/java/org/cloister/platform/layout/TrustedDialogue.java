// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.layout;

import java.util.UUID;
import org.osgi.annotation.versioning.ProviderType;

/**
 * How the trusted-user-interface application is called. It draws dialogues in memory that only the secure world writes
 * and only displays read: the normal world says what is to be asked, and neither sees nor changes what is drawn.
 *
 * <p>{@link #DRAW}: width and height (value, in), the message (memory, in, at most {@link #MAX_MESSAGE} characters of
 * ASCII), restricted memory for the picture (memory, out; {@code XRGB8888}, tightly packed). The picture has a code in
 * it that nobody knows beforehand: who reads it off the panel has seen the dialogue.
 *
 * <p>{@link #VERIFY}: what somebody says he has seen: the SHA-256 of the picture (memory, in, 32 bytes); whether that is
 * what was drawn last (value, out: 1 or 0). One try for each dialogue, so that nobody finds the code by trying.
 */
@ProviderType
public final class TrustedDialogue {
    /** The uuid of the application. */
    public static final UUID APPLICATION = UUID.fromString("8d1f0a62-35b7-4c0e-a8d9-61c4e2f7b950");
    /** Command: draws a dialogue. */
    public static final int DRAW = 0;
    /** Command: tells whether what was seen is what was drawn. */
    public static final int VERIFY = 1;
    /** The longest message. */
    public static final int MAX_MESSAGE = 200;
    /** The smallest width and height. */
    public static final int MIN_SIDE = 160;
    /** The greatest width and height. */
    public static final int MAX_SIDE = 4096;
    /** Bytes of what {@link #VERIFY} takes. */
    public static final int DIGEST_SIZE = 32;

    private TrustedDialogue() {}
}
