import ij.IJ;
import ij.ImagePlus;
import ij.measure.Calibration;
import java.io.DataOutputStream;
import java.io.BufferedOutputStream;
import java.io.FileOutputStream;

/** ImageJ's own opening of a stack: its voxels as big-endian float32 z, y, x into a file, and what it knows of them as JSON. */
public class ReadStack {
    public static void main(String[] args) throws Exception {
        ImagePlus stack = IJ.openImage(args[0]);
        int[] size = {stack.getNSlices(), stack.getHeight(), stack.getWidth()};
        try (DataOutputStream out = new DataOutputStream(new BufferedOutputStream(new FileOutputStream(args[1])))) {
            for (int z = 1; z <= size[0]; z++) {
                float[] plane = (float[]) stack.getStack().getProcessor(z).convertToFloatProcessor().getPixels();
                for (float value : plane) out.writeFloat(value);
            }
        }
        Calibration about = stack.getCalibration();
        System.out.printf(
            java.util.Locale.ROOT,
            "{\"version\": \"%s\", \"shape\": [%d, %d, %d], \"size\": [%.9g, %.9g, %.9g], \"unit\": \"%s\"}%n",
            IJ.getVersion(), size[0], size[1], size[2], about.pixelDepth, about.pixelHeight, about.pixelWidth, about.getUnit());
    }
}
