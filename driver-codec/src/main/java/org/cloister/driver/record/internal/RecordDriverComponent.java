// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.record.internal;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.cloister.driver.record.RecordDriver;
import org.cloister.driver.record.RecordSession;
import org.cloister.heap.Access;
import org.cloister.heap.UseCase;
import org.cloister.importer.Constraints;
import org.cloister.importer.Constraints.Restriction;
import org.cloister.importer.Importer;
import org.cloister.importer.Importers;
import org.cloister.platform.device.Camera;
import org.cloister.platform.device.PictureFormat;
import org.cloister.platform.device.VideoCodec;
import org.cloister.platform.device.VideoEncoder;
import org.cloister.platform.driver.DeviceImporter;
import org.cloister.platform.driver.Patience;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;

/** Drives a camera and an encoder. It needs both and core, and waits for no heap. */
@Component(service = RecordDriver.class, configurationPid = RecordConfiguration.PID)
@Designate(ocd = RecordConfiguration.class)
public final class RecordDriverComponent implements RecordDriver {
    private final Camera camera;
    private final VideoEncoder encoder;
    private final RecordContext context;
    private final Set<Recording> recordings = ConcurrentHashMap.newKeySet();

    /** Starts to drive the devices. */
    @Activate
    public RecordDriverComponent(@Reference Camera camera, @Reference VideoEncoder encoder,
            @Reference Importers importers, RecordConfiguration configuration) {
        this(camera, encoder, importers, Patience.of(Duration.ofMillis(configuration.map_limit_ms())));
    }

    /** Starts to drive the devices where there is no framework. */
    public RecordDriverComponent(Camera camera, VideoEncoder encoder, Importers importers, Patience patience) {
        this.camera = camera;
        this.encoder = encoder;
        this.context = new RecordContext(importers, patience,
                new DeviceImporter(camera.initiator(), "pictures", camera.limits(), recordings(Access.WRITE)),
                new DeviceImporter(encoder.initiator(), "pictures", encoder.limits(), recordings(Access.READ)),
                new DeviceImporter(encoder.initiator(), "bitstream", encoder.limits(), recordings(Access.WRITE)));
    }

    private static Constraints.Builder recordings(Access access) {
        return Constraints.builder().access(access).restriction(Restriction.REQUIRED)
                .useCases(Set.of(UseCase.SECURE_VIDEO_RECORD));
    }

    @Override
    public PictureFormat format() {
        return camera.format();
    }

    @Override
    public int framesPerSecond() {
        return camera.framesPerSecond();
    }

    @Override
    public VideoCodec codec() {
        return encoder.codec();
    }

    @Override
    public Importer cameraImporter() {
        return context.captures();
    }

    @Override
    public Importer pictureImporter() {
        return context.pictures();
    }

    @Override
    public Importer bitstreamImporter() {
        return context.bitstream();
    }

    @Override
    public RecordSession open(int bitsPerSecond) {
        Recording recording = new Recording(camera,
                encoder.open(camera.format(), camera.framesPerSecond(), bitsPerSecond), context, recordings::remove);
        recordings.add(recording);
        return recording;
    }

    /** Closes all sessions. */
    @Deactivate
    public void closeAll() {
        Set.copyOf(recordings).forEach(Recording::close);
    }
}
