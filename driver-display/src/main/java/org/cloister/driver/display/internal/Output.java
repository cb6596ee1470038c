// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.display.internal;

import java.util.EnumMap;
import java.util.Map;
import org.cloister.driver.display.DisplayOutput;
import org.cloister.driver.display.DisplayPlane;
import org.cloister.driver.display.OutputEvent;
import org.cloister.driver.display.OutputListener;
import org.cloister.importer.Importers;
import org.cloister.platform.device.DisplayPipe;
import org.cloister.platform.device.DmaLimits;
import org.cloister.platform.driver.Patience;

/** The driver's side of a pipe: its planes, and what they have in common. Safe for use by any thread. */
final class Output implements DisplayOutput, AutoCloseable {
    private final DisplayPipe pipe;
    private final OutputListener listener;
    private final Map<DisplayPlane.Kind, PlaneQueue> planes = new EnumMap<>(DisplayPlane.Kind.class);

    Output(DisplayPipe pipe, DmaLimits limits, Importers importers, Patience patience, OutputListener listener) {
        this.pipe = pipe;
        this.listener = listener;
        for (DisplayPlane.Kind kind : DisplayPlane.Kind.values()) {
            planes.put(kind, new PlaneQueue(pipe, kind, limits, importers, patience, listener));
        }
        pipe.onProtectionChange(this::protectionChanged);
    }

    @Override
    public String name() {
        return pipe.name();
    }

    @Override
    public int width() {
        return pipe.width();
    }

    @Override
    public int height() {
        return pipe.height();
    }

    @Override
    public boolean isProtected() {
        return pipe.isProtected();
    }

    @Override
    public DisplayPlane plane(DisplayPlane.Kind kind) {
        return planes.get(kind);
    }

    private void protectionChanged() {
        boolean isProtected = pipe.isProtected();
        if (!isProtected) {
            planes.values().forEach(PlaneQueue::exposed);
        }
        listener.on(new OutputEvent.ProtectionChanged(name(), isProtected));
    }

    @Override
    public void close() {
        pipe.onProtectionChange(() -> { });
        planes.values().forEach(PlaneQueue::close);
    }
}
