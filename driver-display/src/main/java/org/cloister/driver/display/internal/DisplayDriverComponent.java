// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.display.internal;

import java.time.Duration;
import java.util.List;
import org.cloister.driver.display.DisplayDriver;
import org.cloister.driver.display.DisplayOutput;
import org.cloister.driver.display.Readiness;
import org.cloister.heap.HeapState;
import org.cloister.heap.Heaps;
import org.cloister.importer.Importers;
import org.cloister.platform.device.DisplayController;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;

/** Drives a display controller. It needs the device and core, and waits for no heap. */
@Component(service = DisplayDriver.class, configurationPid = DisplayConfiguration.PID)
@Designate(ocd = DisplayConfiguration.class)
public final class DisplayDriverComponent implements DisplayDriver {
    private final Heaps heaps;
    private final String heap;
    private final List<Output> outputs;

    /** Starts to drive a device. */
    @Activate
    public DisplayDriverComponent(@Reference DisplayController device, @Reference Heaps heaps,
            @Reference Importers importers, DisplayConfiguration configuration) {
        this(device, heaps, importers, configuration.heap(), Duration.ofMillis(configuration.map_limit_ms()));
    }

    /** Starts to drive a device where there is no framework. */
    public DisplayDriverComponent(
            DisplayController device, Heaps heaps, Importers importers, String heap, Duration limit) {
        this.heaps = heaps;
        this.heap = heap;
        outputs = device.pipes().stream().map(pipe -> new Output(pipe, device.limits(), importers, limit)).toList();
    }

    @Override
    public List<DisplayOutput> outputs() {
        return List.copyOf(outputs);
    }

    @Override
    public Readiness readiness() {
        boolean ready = heaps.find(heap).filter(found -> found.state() == HeapState.AVAILABLE).isPresent();
        return new Readiness(heap, ready, ready ? "ready" : "waiting for " + heaps.explain(heap));
    }

    /** Drops the flips that wait. */
    @Deactivate
    public void close() {
        outputs.forEach(Output::close);
    }
}
