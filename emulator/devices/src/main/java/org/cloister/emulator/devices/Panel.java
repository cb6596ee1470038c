// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices;

import java.awt.image.BufferedImage;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The glass at the end of a display pipe, for who sits in front of it. Registered as a service of the emulator with
 * the property {@value #NAME}; nothing of the product but its test bench may use it.
 *
 * <p>Safe for use by any thread.
 */
@ProviderType
public interface Panel {
    /** Service property: the {@link #name()}. */
    String NAME = "panel.name";

    /** The full path of its controller in the device tree. */
    String name();

    /** The name of the pipe at whose end it is. */
    String pipe();

    /** Pixels of a line. */
    int width();

    /** Lines. */
    int height();

    /** How many scenes it has shown. */
    long shown();

    /** What it shows now. */
    BufferedImage photograph();

    /**
     * Clips an analyser to the wires between the fetch unit and the panel: it sees the bytes of each picture that the
     * pipe fetched, as they came from memory, before they become colours.
     *
     * @param analyser called on the device's thread for each picture, lowest plane first
     * @return takes the analyser off; prompt and idempotent
     */
    Clip analyse(Consumer<FetchedPicture> analyser);

    /**
     * Opens the machine and gets at the way between pipe and panel, as a thief of pictures would. A protected pipe
     * notices, and is protected again when all have let go.
     *
     * @return lets go; prompt and idempotent
     */
    Clip tap();

    /** Something that is clipped on, until closed. */
    @ProviderType
    interface Clip extends AutoCloseable {
        @Override
        void close();
    }
}
