// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.internal;

import java.util.Map;
import org.cloister.emulator.devices.record.internal.CameraModel;
import org.cloister.emulator.devices.record.internal.VideoEncoderModel;
import org.cloister.emulator.soc.Soc;
import org.cloister.ffmpeg.FfmpegLibraries;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.device.Camera;
import org.cloister.platform.device.VideoEncoder;
import org.cloister.platform.dt.DeviceTree;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.ComponentServiceObjects;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/**
 * Puts a camera on the board for each node that is compatible with {@value #CAMERA}, and a video encoder for each that is
 * compatible with {@value #ENCODER}.
 */
@Component(service = {})
@Capability(namespace = "osgi.service", effective = "active",
        attribute = "objectClass:List<String>=\"org.cloister.platform.device.Camera,"
                + "org.cloister.platform.device.VideoEncoder\"")
public final class RecordDevices {
    /** What a camera's node is called. */
    static final String CAMERA = "cloister,camera";
    /** What an encoder's node is called. */
    static final String ENCODER = "cloister,video-encoder";

    private final Placement placement;

    /** Finds the nodes and registers their devices; FFmpeg is loaded when the first stream is opened. */
    @Activate
    public RecordDevices(BundleContext context, @Reference ComponentServiceObjects<FfmpegLibraries> ffmpeg,
            @Reference Soc soc, @Reference DeviceTree tree) {
        placement = new Placement(context, soc);
        LateFfmpeg libraries = new LateFfmpeg(ffmpeg::getService);
        Devices.nodes(tree, CAMERA).forEach(node -> {
            CameraModel camera = new CameraModel(node.path(), Devices.dma(soc, node));
            placement.whenTakenOff(camera::close);
            placement.show(Camera.class, camera, Map.of(Camera.NAME, camera.name(),
                    PhysicalMemory.INITIATOR, camera.initiator().name()));
        });
        Devices.nodes(tree, ENCODER).forEach(node -> {
            VideoEncoderModel encoder = new VideoEncoderModel(node.path(), Devices.dma(soc, node), libraries);
            placement.whenTakenOff(encoder::close);
            placement.show(VideoEncoder.class, encoder, Map.of(VideoEncoder.NAME, encoder.name(),
                    PhysicalMemory.INITIATOR, encoder.initiator().name()));
        });
    }

    @Deactivate
    void takeOff() {
        placement.takeOff();
    }
}
