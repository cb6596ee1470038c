// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.display.internal;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.cloister.emulator.devices.FetchedPicture;
import org.cloister.emulator.devices.Panel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A panel that keeps what it was sent. Safe for use by any thread. */
final class PanelModel implements Panel {
    private static final Logger LOG = LoggerFactory.getLogger(PanelModel.class);

    private final String name;
    private final String pipe;
    private final int width;
    private final int height;
    private final List<Analyser> analysers = new CopyOnWriteArrayList<>();
    private int[] pixels; // guarded by this; the array itself never changes
    private long shown; // guarded by this
    private final Set<Clip> taps = new HashSet<>(); // guarded by itself
    private Consumer<Boolean> onTap = tapped -> { }; // guarded by taps

    PanelModel(String name, String pipe, int width, int height) {
        this.name = name;
        this.pipe = pipe;
        this.width = width;
        this.height = height;
        this.pixels = new int[width * height];
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String pipe() {
        return pipe;
    }

    @Override
    public int width() {
        return width;
    }

    @Override
    public int height() {
        return height;
    }

    @Override
    public synchronized long shown() {
        return shown;
    }

    @Override
    public BufferedImage photograph() {
        int[] now;
        synchronized (this) {
            now = pixels;
        }
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        int[] into = ((DataBufferInt) image.getRaster().getDataBuffer()).getData();
        System.arraycopy(now, 0, into, 0, now.length);
        return image;
    }

    @Override
    public Clip analyse(Consumer<FetchedPicture> analyser) {
        Analyser clipped = new Analyser(analyser);
        analysers.add(clipped);
        return () -> analysers.remove(clipped);
    }

    @Override
    public Clip tap() {
        Clip tap = new Tap();
        synchronized (taps) {
            taps.add(tap);
            onTap.accept(true);
        }
        return tap;
    }

    /** Says who notices that somebody is, or no longer is, at the way to the panel. */
    void onTap(Consumer<Boolean> pipe) {
        synchronized (taps) {
            onTap = pipe;
        }
    }

    /** One who got at the wires. */
    private final class Tap implements Clip {
        @Override
        public void close() {
            synchronized (taps) {
                if (taps.remove(this) && taps.isEmpty()) {
                    onTap.accept(false);
                }
            }
        }
    }

    /** Distinct even if one consumer is clipped on twice. */
    private static final class Analyser {
        private final Consumer<FetchedPicture> consumer;

        Analyser(Consumer<FetchedPicture> consumer) {
            this.consumer = consumer;
        }
    }

    void fetched(FetchedPicture picture) {
        for (Analyser analyser : analysers) {
            try {
                analyser.consumer.accept(picture);
            } catch (RuntimeException e) {
                LOG.warn("An analyser of {} failed", name, e);
            }
        }
    }

    /** Shows other pixels, of which the panel becomes the owner; gives the number of the scene. */
    synchronized long show(int[] next) {
        pixels = next;
        return ++shown;
    }
}
