// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.codec.internal;

import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.cloister.driver.codec.CodecDriver;
import org.cloister.driver.codec.DecodeListener;
import org.cloister.driver.codec.DecodeSession;
import org.cloister.driver.codec.DecodeSettings;
import org.cloister.driver.codec.Protection;
import org.cloister.driver.codec.Readiness;
import org.cloister.heap.Access;
import org.cloister.heap.HeapState;
import org.cloister.heap.Heaps;
import org.cloister.heap.UseCase;
import org.cloister.importer.Constraints;
import org.cloister.importer.Constraints.Restriction;
import org.cloister.importer.Importer;
import org.cloister.importer.Importers;
import org.cloister.platform.ContiguousArea;
import org.cloister.platform.Initiator;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.conduit.FirmwareFiles;
import org.cloister.platform.device.VideoCodec;
import org.cloister.platform.device.VideoDecoder;
import org.cloister.platform.driver.DeviceImporter;
import org.cloister.platform.driver.Patience;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;

/**
 * Drives a video decoder. It needs the device, its firmware's file, and core, and waits for no heap: which one it takes
 * memory from is looked up by name when there is something to decode.
 */
@Component(service = CodecDriver.class, configurationPid = CodecConfiguration.PID)
@Designate(ocd = CodecConfiguration.class)
public final class CodecDriverComponent implements CodecDriver {
    private final VideoDecoder device;
    private final Optional<FirmwareFile> firmware;
    private final Heaps heaps;
    private final Importers importers;
    private final String heap;
    private final Patience patience;
    private final Map<Protection, DeviceImporter> bitstream = new EnumMap<>(Protection.class);
    private final Map<Protection, DeviceImporter> pictures = new EnumMap<>(Protection.class);
    private final Map<Protection, DeviceImporter> internal = new EnumMap<>(Protection.class);
    private final Set<Session> sessions = ConcurrentHashMap.newKeySet();
    private final Map<FirmwareKey, FirmwareSlot> slots = new HashMap<>(); // guarded by itself

    /** Sessions that run on the same firmware. */
    private record FirmwareKey(String heap, Protection protection) {}

    /** Starts to drive a device. */
    @Activate
    public CodecDriverComponent(@Reference VideoDecoder device,
            @Reference(target = "(" + FirmwareFiles.DIRECTORY + "=" + VideoDecoder.FIRMWARE_DIRECTORY + ")")
            FirmwareFiles files, @Reference(name = "area") ContiguousArea area,
            @Reference(target = "(" + PhysicalMemory.INITIATOR + "=" + Initiator.CPU + ")") PhysicalMemory cpu,
            @Reference Heaps heaps, @Reference Importers importers, CodecConfiguration configuration) {
        this(device, device.firmwareFile().map(path -> new FirmwareFile(path, files, area, cpu)), heaps, importers,
                configuration.heap(), Patience.of(Duration.ofMillis(configuration.map_limit_ms())));
    }

    /** Starts to drive a device where there is no framework. */
    public CodecDriverComponent(VideoDecoder device, Optional<FirmwareFile> firmware, Heaps heaps, Importers importers,
            String heap, Patience patience) {
        this.device = device;
        this.firmware = firmware;
        this.heaps = heaps;
        this.importers = importers;
        this.heap = heap;
        this.patience = patience;
        for (Protection protection : Protection.values()) {
            bitstream.put(protection, bitstreamImporter(device, protection));
            pictures.put(protection, pictureImporter(device, protection));
            internal.put(protection, internalImporter(device, protection));
        }
    }

    private static DeviceImporter bitstreamImporter(VideoDecoder device, Protection protection) {
        return switch (protection) {
            case PROTECTED -> importer(device, "protected bitstream", Access.READ, Restriction.REQUIRED);
            case CLEAR -> importer(device, "bitstream", Access.READ, Restriction.REFUSED);
        };
    }

    private static DeviceImporter pictureImporter(VideoDecoder device, Protection protection) {
        return switch (protection) {
            case PROTECTED -> importer(device, "protected pictures", Access.WRITE, Restriction.REQUIRED);
            case CLEAR -> importer(device, "pictures", Access.WRITE, Restriction.ALLOWED);
        };
    }

    private static DeviceImporter internalImporter(VideoDecoder device, Protection protection) {
        return switch (protection) {
            case PROTECTED -> importer(device, "protected internal memory", Access.READ_WRITE, Restriction.REQUIRED);
            case CLEAR -> importer(device, "internal memory", Access.READ_WRITE, Restriction.ALLOWED);
        };
    }

    private static DeviceImporter importer(VideoDecoder device, String purpose, Access access, Restriction restriction) {
        return new DeviceImporter(device.initiator(), purpose, device.limits(), Constraints.builder()
                .access(access)
                .restriction(restriction)
                .useCases(Set.of(UseCase.SECURE_VIDEO)));
    }

    @Override
    public Set<VideoCodec> codecs() {
        return device.codecs();
    }

    @Override
    public Importer bitstreamImporter(Protection protection) {
        return bitstream.get(protection);
    }

    @Override
    public Importer pictureImporter(Protection protection) {
        return pictures.get(protection);
    }

    @Override
    public Importer internalImporter(Protection protection) {
        return internal.get(protection);
    }

    @Override
    public Readiness readiness() {
        boolean ready = heaps.find(heap).filter(found -> found.state() == HeapState.AVAILABLE).isPresent();
        return new Readiness(heap, ready, ready ? "ready" : "waiting for " + heaps.explain(heap));
    }

    @Override
    public DecodeSession open(DecodeSettings settings, DecodeListener listener) {
        Protection protection = settings.protection();
        FirmwareKey key = new FirmwareKey(settings.heap().orElse(heap), protection);
        HeapSource source = new HeapSource(heaps, importers, key.heap());
        synchronized (slots) {
            FirmwareSlot slot = Optional.ofNullable(slots.get(key)).orElseGet(() -> new FirmwareSlot(firmware, source,
                    internal.get(protection), device.newFirmware(protection == Protection.PROTECTED)));
            SessionContext context = new SessionContext(device.initiator().name(), source, bitstream.get(protection),
                    pictures.get(protection), internal.get(protection), slot, patience, settings.heldFrames());
            boolean done = false;
            try {
                Session session = new Session(context, listener,
                        events -> device.open(settings.stream(), slot.device(), events),
                        closed -> forget(closed, key, slot));
                slots.put(key, slot);
                slot.add(session);
                sessions.add(session);
                done = true;
                return session;
            } finally {
                if (!done && !slots.containsKey(key)) {
                    slot.close();
                }
            }
        }
    }

    private void forget(Session session, FirmwareKey key, FirmwareSlot slot) {
        sessions.remove(session);
        synchronized (slots) {
            if (slot.remove(session)) {
                slots.remove(key, slot);
                slot.close();
            }
        }
    }

    /** Closes all sessions. */
    @Deactivate
    public void closeAll() {
        List.copyOf(sessions).forEach(Session::close);
    }
}
